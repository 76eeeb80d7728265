package org.claviger.http;

import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.claviger.oauth.OAuthException;

/** Sends whole answers as UTF-8. */
public final class Answers {
    // Looked up once: the static methods of jakarta.json.Json look it up at each call.
    private static final JsonProvider PROVIDER = JsonProvider.provider();

    private Answers() {}

    public static JsonObject json(Map<String, Object> members) {
        return PROVIDER.createObjectBuilder(members).build();
    }

    public static void send(HttpServletResponse response, int status, JsonObject body) throws IOException {
        send(response, status, "application/json", body.toString());
    }

    public static void send(HttpServletResponse response, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }

    /** The body of RFC 6749 section 5.2. */
    public static JsonObject json(OAuthException refusal) {
        return json(Map.of("error", refusal.code().value(), "error_description", refusal.description()));
    }

    static void send(HttpServletResponse response, int status, OAuthException refusal) throws IOException {
        send(response, status, json(refusal));
    }
}

package org.claviger.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.Base64;
import java.util.List;

/** Looks into JWTs without proving anything: for that there is {@link AccessTokenIT}. */
final class Jwts {
    private Jwts() {}

    static JsonObject header(String token) {
        return part(token, 0);
    }

    static JsonObject claims(String token) {
        return part(token, 1);
    }

    private static JsonObject part(String token, int index) {
        String[] parts = token.split("\\.", -1);
        return RunningClaviger.json(new String(Base64.getUrlDecoder().decode(parts[index]), UTF_8));
    }

    /** A member that is a list of texts or one text. */
    static List<String> texts(JsonObject object, String name) {
        return object.get(name) instanceof JsonString text
                ? List.of(text.getString())
                : object.getJsonArray(name).getValuesAs(JsonString::getString);
    }
}

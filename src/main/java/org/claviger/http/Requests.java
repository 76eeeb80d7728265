package org.claviger.http;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** Reads requests strictly, and the same on every server: never by {@code getParameter}. */
public final class Requests {
    /** The longest form that is read, in bytes; every parameter of ours fits many times. */
    private static final int MAX_FORM = 65_536;

    /** The header of W3C Trace Context section 3.2. */
    public static final String TRACEPARENT = "traceparent";

    private Requests() {}

    /**
     * The parameters of the query.
     *
     * @throws OAuthException {@code invalid_request} if they are malformed
     */
    public static Parameters query(HttpServletRequest request) throws OAuthException {
        String query = request.getQueryString();
        return Parameters.parse(query == null ? "" : query);
    }

    /**
     * The parameters of the body (RFC 6749 appendix B).
     *
     * @throws OAuthException {@code invalid_request} if it is another type, too long or malformed
     */
    public static Parameters form(HttpServletRequest request) throws OAuthException, IOException {
        return Parameters.parse(body(request));
    }

    /** The same of a form that has text areas. */
    public static Parameters formWithLines(HttpServletRequest request) throws OAuthException, IOException {
        return Parameters.parseWithLines(body(request));
    }

    private static String body(HttpServletRequest request) throws OAuthException, IOException {
        String type = request.getContentType() == null ? "" : request.getContentType();
        if (!type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals("application/x-www-form-urlencoded")) {
            throw new OAuthException(INVALID_REQUEST, "the body must be application/x-www-form-urlencoded");
        }
        byte[] body = request.getInputStream().readNBytes(MAX_FORM + 1);
        if (body.length > MAX_FORM) {
            throw new OAuthException(INVALID_REQUEST, "the body is longer than 65536 bytes");
        }
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    /** All values of a header, as they came. */
    public static List<String> headers(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }
}

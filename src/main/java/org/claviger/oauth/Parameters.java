package org.claviger.oauth;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters of one request, decoded strictly from {@code application/x-www-form-urlencoded} (RFC 6749 appendix B).
 * Servers decode leniently and each in its own way, so what they would turn into replacement characters is refused here.
 */
public final class Parameters {
    private static final int MAX_COUNT = 64;

    private final Map<String, List<String>> values;

    private Parameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * Reads a form.
     *
     * @param form a query string or the body of a form
     * @throws OAuthException {@code invalid_request} for a bad percent-encoding, bad UTF-8, a control character or more
     *     than 64 parameters
     */
    public static Parameters parse(String form) throws OAuthException {
        return parse(form, false);
    }

    /** The same of a form whose values may have several lines, as those of a text area have. */
    public static Parameters parseWithLines(String form) throws OAuthException {
        return parse(form, true);
    }

    private static Parameters parse(String form, boolean lines) throws OAuthException {
        Map<String, List<String>> values = new LinkedHashMap<>();
        if (form.isEmpty()) {
            return new Parameters(values);
        }
        String[] pairs = form.split("&", MAX_COUNT + 1);
        if (pairs.length > MAX_COUNT) {
            throw new OAuthException(INVALID_REQUEST, "too many parameters");
        }
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1), lines);
            values.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
        }
        return new Parameters(values);
    }

    /**
     * One form-encoded name or value.
     *
     * @throws OAuthException {@code invalid_request} as {@link #parse}
     */
    public static String decode(String text) throws OAuthException {
        return decode(text, false);
    }

    private static String decode(String text, boolean lines) throws OAuthException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.write(hexDigit(text, ++i) << 4 | hexDigit(text, ++i));
            } else if (c <= 0x7e) {
                bytes.write(c == '+' ? ' ' : c);
            } else {
                throw new OAuthException(INVALID_REQUEST, "a parameter is not percent-encoded");
            }
        }
        try {
            String decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
            if (decoded.chars().anyMatch(c -> Character.isISOControl(c) && !(lines && (c == '\r' || c == '\n')))) {
                throw new OAuthException(INVALID_REQUEST, "a parameter contains a control character");
            }
            return decoded;
        } catch (CharacterCodingException malformed) {
            throw new OAuthException(INVALID_REQUEST, "a parameter is not valid UTF-8");
        }
    }

    private static int hexDigit(String text, int index) throws OAuthException {
        if (index >= text.length() || !HexFormat.isHexDigit(text.charAt(index))) {
            throw new OAuthException(INVALID_REQUEST, "bad percent-encoding in the parameters");
        }
        return HexFormat.fromHexDigit(text.charAt(index));
    }

    /** The names of all that are there, with a value or without. */
    public Set<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    /**
     * The value of a parameter. RFC 6749 section 3.1: "Parameters sent without a value MUST be treated as if they were
     * omitted from the request."
     *
     * @throws OAuthException {@code invalid_request} if it is repeated
     */
    public Optional<String> find(String name) throws OAuthException {
        List<String> found = values.getOrDefault(name, List.of());
        if (found.size() > 1) {
            throw repeated();
        }
        return found.stream().filter(value -> !value.isEmpty()).findFirst();
    }

    /** The value of a parameter that is there once; empty also where {@link #find} would refuse it. */
    public Optional<String> findOnce(String name) {
        List<String> found = values.getOrDefault(name, List.of());
        return found.size() == 1 ? Optional.of(found.get(0)).filter(value -> !value.isEmpty()) : Optional.empty();
    }

    /** The same without one of them. */
    public Parameters without(String name) {
        Map<String, List<String>> rest = new LinkedHashMap<>(values);
        rest.remove(name);
        return new Parameters(rest);
    }

    /** The same with this value of one of them. */
    public Parameters with(String name, String value) {
        Map<String, List<String>> more = new LinkedHashMap<>(values);
        more.put(name, List.of(value));
        return new Parameters(more);
    }

    /** The parameters as a form again, encoded in one canonical way. */
    public String toForm() {
        return values.entrySet().stream()
                .flatMap(parameter -> parameter.getValue().stream().map(value -> pair(parameter.getKey(), value)))
                .collect(Collectors.joining("&"));
    }

    /** {@code name=value}, form-encoded. */
    public static String pair(String name, String value) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8) + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    /** The value of a parameter that must be there; {@code invalid_request} if it is missing, empty or repeated. */
    public String require(String name) throws OAuthException {
        return find(name)
                .orElseThrow(() -> new OAuthException(INVALID_REQUEST, "the parameter " + name + " is missing"));
    }

    /**
     * RFC 6749 section 3.1: "Request and response parameters MUST NOT be included more than once."
     *
     * @throws OAuthException {@code invalid_request} if any parameter is
     */
    public void refuseRepeated() throws OAuthException {
        if (values.values().stream().anyMatch(found -> found.size() > 1)) {
            throw repeated();
        }
    }

    private static OAuthException repeated() {
        // The name is not sent back: an unknown one may hold anything.
        return new OAuthException(INVALID_REQUEST, "a parameter is repeated");
    }
}

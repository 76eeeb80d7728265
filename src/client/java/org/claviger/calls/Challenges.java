package org.claviger.calls;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Reads {@code WWW-Authenticate} (RFC 9110 section 11.6.1): a list of challenges, in one header or several. */
final class Challenges {
    private final String text;
    private int at;
    private String scheme = "";
    private Map<String, String> parameters = new HashMap<>();
    private boolean found;

    private Challenges(String text) {
        this.text = text;
    }

    /** Whether a challenge of the scheme {@code Bearer} says {@code error="invalid_token"} (RFC 6750 section 3.1). */
    static boolean sayInvalidToken(List<String> headers) {
        return headers.stream().anyMatch(header -> new Challenges(header).read());
    }

    /** What cannot be read says nothing. */
    private boolean read() {
        while (true) {
            skip(" \t,");
            if (at == text.length()) {
                end();
                return found;
            }
            String name = token();
            if (name.isEmpty()) {
                return false;
            }
            int afterName = at;
            skip(" \t");
            if (at < text.length() && text.charAt(at) == '=' && !scheme.isEmpty()) {
                at++;
                skip(" \t");
                Optional<String> value = value();
                if (value.isEmpty() || parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), value.get()) != null) {
                    return false;
                }
            } else if (afterName == text.length() || " \t,".indexOf(text.charAt(afterName)) >= 0) {
                end();
                scheme = name;
                skipToken68();
            } else {
                return false;
            }
        }
    }

    private void end() {
        found |= scheme.equalsIgnoreCase("Bearer") && "invalid_token".equals(parameters.get("error"));
        parameters = new HashMap<>();
    }

    /** A scheme may be followed by one of these in place of parameters. */
    private void skipToken68() {
        int before = at;
        while (at < text.length() && (isLetterOrDigit(text.charAt(at)) || "-._~+/".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        boolean isEmpty = at == before;
        skip("=");
        if (isEmpty || !isAtEndOfParameter()) {
            at = before;
        }
    }

    private Optional<String> value() {
        if (at == text.length() || text.charAt(at) != '"') {
            String token = token();
            return token.isEmpty() || !isAtEndOfParameter() ? Optional.empty() : Optional.of(token);
        }
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return isAtEndOfParameter() ? Optional.of(value.toString()) : Optional.empty();
            }
            if (c == '\\' && ++at == text.length()) {
                break;
            }
            value.append(text.charAt(at));
        }
        return Optional.empty();
    }

    private boolean isAtEndOfParameter() {
        skip(" \t");
        return at == text.length() || text.charAt(at) == ',';
    }

    private String token() {
        int start = at;
        while (at < text.length()
                && (isLetterOrDigit(text.charAt(at)) || "!#$%&'*+-.^_`|~".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return text.substring(start, at);
    }

    private void skip(String characters) {
        while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}

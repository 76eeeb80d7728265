package org.claviger.admin;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import org.claviger.oauth.ClientId;

/**
 * How a path names a client: by its identifier, or, where that has characters that servers do not pass on in a path, by {@code ~} and
 * its base64url.
 */
final class ClientSegment {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

    private ClientSegment() {}

    static String of(ClientId id) {
        return PLAIN.matcher(id.value()).matches()
                ? id.value()
                : "~"
                        + Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(id.value().getBytes(StandardCharsets.US_ASCII));
    }

    /** Empty for what names nobody. */
    static Optional<ClientId> parse(String segment) {
        if (!segment.startsWith("~")) {
            return ClientId.find(segment);
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(segment.substring(1));
            return ClientId.find(new String(bytes, StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}

package org.claviger.oauth;

import java.util.Optional;

/**
 * A client identifier (RFC 6749 section 2.2 and appendix A.1): 1 to 255 printable ASCII characters; anything else is an
 * {@link IllegalArgumentException}.
 */
public record ClientId(String value) {
    /** The administration console: a client that is there without being registered, and cannot be. */
    public static final ClientId CONSOLE = new ClientId("claviger-console");

    public ClientId {
        if (value.isEmpty() || value.length() > 255 || !value.chars().allMatch(c -> c >= 0x20 && c <= 0x7e)) {
            throw new IllegalArgumentException("a client_id has 1 to 255 printable ASCII characters");
        }
    }

    /** Empty for what cannot be a client identifier. */
    public static Optional<ClientId> find(String value) {
        try {
            return Optional.of(new ClientId(value));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

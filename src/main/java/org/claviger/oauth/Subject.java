package org.claviger.oauth;

/**
 * Whom a token speaks of (the {@code sub} claim, RFC 7519 section 4.1.2): for a user a random identifier that never
 * changes and never is the user name; for a client acting for itself its client identifier (RFC 9068 section 2.2). 1 to 255
 * characters; anything else is an {@link IllegalArgumentException}.
 */
public record Subject(String value) {
    public Subject {
        if (value.isEmpty() || value.length() > 255) {
            throw new IllegalArgumentException("a subject has 1 to 255 characters");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

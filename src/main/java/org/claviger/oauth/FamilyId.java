package org.claviger.oauth;

import java.util.regex.Pattern;

/**
 * Names a token family: all tokens descended from one authorization. 128 random bits in base64url, 22 characters;
 * anything else is an {@link IllegalArgumentException}.
 */
public record FamilyId(String value) {
    /** The private claim (RFC 7519 section 4.3) by which an access token names its family. */
    public static final String CLAIM = "claviger_family";

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{22}");

    public FamilyId {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("a family id has 22 characters of base64url");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}

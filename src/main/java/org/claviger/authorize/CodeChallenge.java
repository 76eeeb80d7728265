package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.regex.Pattern;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.settings.RandomTokens;

/** A PKCE code challenge (RFC 7636 section 4.2), method S256: SHA-256 of the verifier in base64url, 43 characters. */
record CodeChallenge(String value) {
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9_-]{43}");

    // RFC 7636 section 4.1: 43 to 128 characters of ALPHA / DIGIT / "-" / "." / "_" / "~"
    private static final Pattern VERIFIER = Pattern.compile("[A-Za-z0-9._~-]{43,128}");

    /**
     * Reads the challenge of an authorization request. RFC 7636 section 4.3: a missing method means {@code plain}, which is
     * refused like every method but S256 (RFC 9700 section 2.1.1).
     */
    static CodeChallenge parse(Parameters parameters) throws OAuthException {
        String challenge = parameters.require("code_challenge");
        if (!parameters.find("code_challenge_method").orElse("plain").equals("S256")) {
            throw new OAuthException(INVALID_REQUEST, "code_challenge_method must be S256");
        }
        if (!CHALLENGE.matcher(challenge).matches()) {
            throw new OAuthException(INVALID_REQUEST, "code_challenge must have 43 characters of base64url");
        }
        return new CodeChallenge(challenge);
    }

    /** Whether this is the challenge of that verifier (RFC 7636 section 4.6), in constant time. */
    boolean isOf(String verifier) {
        return VERIFIER.matcher(verifier).matches()
                && MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.US_ASCII),
                        RandomTokens.hash(verifier).getBytes(StandardCharsets.US_ASCII));
    }
}

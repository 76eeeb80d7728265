package org.claviger.refresh;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;

/**
 * Refresh tokens (RFC 6749 section 1.5): {@code family.generation.key version.HMAC-SHA-256}. Only we can make one, so none is
 * stored, a made-up one never reaches the database, and any genuine one, however old, is known for what it is.
 */
public final class RefreshTokens {
    private static final Pattern FORM =
            Pattern.compile("(([A-Za-z0-9_-]{22})\\.([1-9][0-9]{0,17})\\.([1-9][0-9]{0,8}))\\.([A-Za-z0-9_-]{43})");

    private final TokenFamilies families;
    private final MacKeys macKeys;

    public RefreshTokens(TokenFamilies families, MacKeys macKeys) {
        this.families = families;
        this.macKeys = macKeys;
    }

    /** The first refresh token of a family whose code has just been redeemed. */
    public String first(FamilyId family) {
        return make(family, 1);
    }

    private String make(FamilyId family, long generation) {
        int version = macKeys.currentVersion(MacPurpose.REFRESH_TOKEN);
        String text = family + "." + generation + "." + version;
        return text + "." + macKeys.mac(MacPurpose.REFRESH_TOKEN, version, text);
    }

    /** What was prepared, and the token that goes on with the family: a credential. */
    public record Rotation<T>(T prepared, String refreshToken) {
        @Override
        public String toString() {
            return "Rotation[]";
        }
    }

    /**
     * Consumes a refresh token and makes its successor.
     *
     * @param preparation what is to be had with it
     * @throws OAuthException {@code invalid_grant} as {@link TokenFamilies#advance}, and for what we did not make
     */
    public <T> Rotation<T> rotate(String refreshToken, ClientId client, TokenFamilies.Preparation<T> preparation)
            throws OAuthException {
        Matcher parts = FORM.matcher(refreshToken);
        if (!parts.matches()
                || !macKeys.verify(
                        MacPurpose.REFRESH_TOKEN, Integer.parseInt(parts.group(4)), parts.group(1), parts.group(5))) {
            throw new OAuthException(INVALID_GRANT, "the grant is invalid, expired or revoked", "not a token of ours");
        }
        FamilyId family = new FamilyId(parts.group(2));
        long generation = Long.parseLong(parts.group(3));
        T prepared = families.advance(family, generation, client, preparation);
        return new Rotation<>(prepared, make(family, generation + 1));
    }
}

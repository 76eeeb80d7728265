package org.claviger.refresh;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import java.time.Duration;
import java.util.Optional;
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
        return make(family, 1, macKeys.currentVersion(MacPurpose.REFRESH_TOKEN));
    }

    private String make(FamilyId family, long generation, int version) {
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
     * @param leeway for how long the same client may repeat itself: it gets the same successor then, until somebody has used that
     * @param preparation what is to be had with it
     * @throws OAuthException {@code invalid_grant} as {@link TokenFamilies#redeem}, and for what we did not make
     */
    public <T> Rotation<T> rotate(
            String refreshToken, ClientId client, Duration leeway, TokenFamilies.Preparation<T> preparation)
            throws OAuthException {
        Genuine token = parse(refreshToken)
                .orElseThrow(() -> new OAuthException(
                        INVALID_GRANT, "the grant is invalid, expired or revoked", "not a token of ours"));
        TokenFamilies.Rotating rotating =
                new TokenFamilies.Rotating(macKeys.currentVersion(MacPurpose.REFRESH_TOKEN), leeway);
        TokenFamilies.Advanced<T> advanced = families.advance(
                token.family, token.generation, client, rotating, preparation, TokenFamilies.Also.nothing());
        return new Rotation<>(advanced.prepared(), make(token.family, token.generation + 1, advanced.keyVersion()));
    }

    /**
     * Consumes a generation that we hold ourselves and makes its successor the living one, without a refresh token: what proves that we
     * may is the row that says which generation it is.
     *
     * @param also is done in the transaction that decides, if this call wins
     * @return what was prepared; empty if somebody else was first
     * @throws OAuthException {@code invalid_grant} if the family has ended or is not this client's
     */
    public <T> Optional<T> renew(
            FamilyId family,
            long generation,
            ClientId client,
            TokenFamilies.Preparation<T> preparation,
            TokenFamilies.Also<T> also)
            throws OAuthException {
        int keyVersion = macKeys.currentVersion(MacPurpose.REFRESH_TOKEN);
        return families.renew(family, generation, client, keyVersion, preparation, also);
    }

    /** What a refresh token stands for if it is the living one of its family; to look changes nothing. */
    public Optional<TokenFamilies.Living> find(String refreshToken) {
        return parse(refreshToken).flatMap(token -> families.find(token.family, token.generation));
    }

    /** The family that a refresh token belongs to, used or not, and the client of that; empty for what is none of ours. */
    public Optional<Owned> findOwner(String refreshToken) {
        return parse(refreshToken)
                .flatMap(token -> families.findClient(token.family).map(client -> new Owned(token.family, client)));
    }

    /** Whether it has the form of a refresh token, of a key that this node does not know: anybody's, or another node's. */
    public boolean isOfUnknownKey(String refreshToken) {
        Matcher parts = FORM.matcher(refreshToken);
        return parts.matches() && !macKeys.knows(MacPurpose.REFRESH_TOKEN, Integer.parseInt(parts.group(4)));
    }

    /** A family and whose it is. */
    public record Owned(FamilyId family, ClientId client) {}

    /** A token that we have made: its MAC says so. */
    private record Genuine(FamilyId family, long generation) {}

    private Optional<Genuine> parse(String refreshToken) {
        Matcher parts = FORM.matcher(refreshToken);
        return parts.matches()
                        && macKeys.verify(
                                MacPurpose.REFRESH_TOKEN,
                                Integer.parseInt(parts.group(4)),
                                parts.group(1),
                                parts.group(5))
                ? Optional.of(new Genuine(new FamilyId(parts.group(2)), Long.parseLong(parts.group(3))))
                : Optional.empty();
    }
}

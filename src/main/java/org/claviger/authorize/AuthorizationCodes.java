package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.refresh.CodeBinding;
import org.claviger.refresh.TokenFamilies;
import org.claviger.settings.RandomTokens;

/** Authorization codes (RFC 6749 section 4.1.2): 256 random bits, stored as a hash, redeemed once. */
public final class AuthorizationCodes {
    private final TokenFamilies families;
    private final RandomTokens tokens;

    public AuthorizationCodes(TokenFamilies families, RandomTokens tokens) {
        this.families = families;
        this.tokens = tokens;
    }

    /** Issues the code for what the resource owner granted: a credential. */
    String issue(AuthorizationRequest request, Authorization authorization) {
        String code = tokens.secret();
        families.open(
                authorization,
                new CodeBinding(
                        RandomTokens.hash(code),
                        request.redirectUri(),
                        request.codeChallenge().value()));
        return code;
    }

    /** A name for the family that an authorization opens. */
    FamilyId newFamily() {
        return new FamilyId(tokens.identifier());
    }

    /**
     * Redeems a code (RFC 6749 section 4.1.3).
     *
     * @param redirectUri must be what the authorization request said
     * @param codeVerifier must be what the code challenge was made of
     * @param preparation what is to be had for it
     * @throws OAuthException {@code invalid_grant} if anything differs or the code has expired, and nothing has changed then;
     *     the same if it was redeemed before, and everything issued from it has ended then
     */
    public <T> T redeem(
            String code,
            ClientId client,
            String redirectUri,
            String codeVerifier,
            TokenFamilies.Preparation<T> preparation)
            throws OAuthException {
        return redeem(code, client, redirectUri, codeVerifier, preparation, TokenFamilies.Also.nothing());
    }

    /**
     * The same.
     *
     * @param also is done in the transaction that consumes the code
     */
    public <T> T redeem(
            String code,
            ClientId client,
            String redirectUri,
            String codeVerifier,
            TokenFamilies.Preparation<T> preparation,
            TokenFamilies.Also<T> also)
            throws OAuthException {
        FamilyId family =
                families.findByCode(RandomTokens.hash(code)).orElseThrow(() -> refusal("the code is unknown"));
        TokenFamilies.Preparation<T> checked = (authorization, binding) -> {
            if (!binding.redirectUri().equals(redirectUri)) {
                throw refusal("redirect_uri differs from the authorization request");
            }
            if (!new CodeChallenge(binding.codeChallenge()).isOf(codeVerifier)) {
                throw refusal("code_verifier does not match");
            }
            return preparation.prepare(authorization, binding);
        };
        return families.redeem(family, client, checked, also);
    }

    private static OAuthException refusal(String detail) {
        return new OAuthException(INVALID_GRANT, "the grant is invalid, expired or revoked", detail);
    }
}

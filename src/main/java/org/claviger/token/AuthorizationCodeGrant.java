package org.claviger.token;

import java.util.Optional;
import org.claviger.authorize.AuthorizationCodes;
import org.claviger.client.Client;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.refresh.RefreshTokens;

/** An authorization code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
public final class AuthorizationCodeGrant {
    private final AuthorizationCodes codes;
    private final RefreshTokens refreshTokens;
    private final AccessTokens accessTokens;

    public AuthorizationCodeGrant(AuthorizationCodes codes, RefreshTokens refreshTokens, AccessTokens accessTokens) {
        this.codes = codes;
        this.refreshTokens = refreshTokens;
        this.accessTokens = accessTokens;
    }

    TokenResponse grant(Client client, Parameters parameters) throws OAuthException {
        AccessToken accessToken = codes.redeem(
                parameters.require("code"),
                client.id(),
                parameters.require("redirect_uri"),
                parameters.require("code_verifier"),
                (authorization, binding) -> accessTokens.issue(client, authorization));
        return new TokenResponse(
                accessToken,
                client.grantTypes().contains(GrantType.REFRESH_TOKEN)
                        ? Optional.of(refreshTokens.first(accessToken.family()))
                        : Optional.empty());
    }
}

package org.claviger.token;

import java.time.Duration;
import java.util.Optional;
import org.claviger.client.Client;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.refresh.RefreshTokens;

/** A refresh token for its successor and an access token (RFC 6749 section 6). */
public final class RefreshTokenGrant {
    private final RefreshTokens refreshTokens;
    private final AccessTokens accessTokens;
    private final Duration leeway;

    /** @param leeway of clients that say nothing of their own */
    public RefreshTokenGrant(RefreshTokens refreshTokens, AccessTokens accessTokens, Duration leeway) {
        this.leeway = leeway;
        this.refreshTokens = refreshTokens;
        this.accessTokens = accessTokens;
    }

    TokenResponse grant(Client client, Parameters parameters) throws OAuthException {
        Optional<String> asked = parameters.find("scope");
        var rotation = refreshTokens.rotate(
                parameters.require("refresh_token"),
                client.id(),
                client.refreshTokenLeeway().orElse(leeway),
                // RFC 6749 section 6: the scope "MUST NOT include any scope not originally granted". It narrows this
                // access
                // token only; the successor keeps the scope of the family.
                (authorization, binding) -> accessTokens.issue(
                        client,
                        asked.isEmpty()
                                ? authorization
                                : authorization.withScope(authorization.scope().narrow(asked.get()))));
        return new TokenResponse(rotation.prepared(), Optional.of(rotation.refreshToken()));
    }
}

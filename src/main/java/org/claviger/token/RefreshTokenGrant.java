package org.claviger.token;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.claviger.client.Client;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.refresh.RefreshTokens;
import org.claviger.settings.Settings;

/** A refresh token for its successor and an access token (RFC 6749 section 6). */
public final class RefreshTokenGrant {
    private final RefreshTokens refreshTokens;
    private final AccessTokens accessTokens;
    private final Supplier<Settings> settings;

    public RefreshTokenGrant(RefreshTokens refreshTokens, AccessTokens accessTokens, Supplier<Settings> settings) {
        this.settings = settings;
        this.refreshTokens = refreshTokens;
        this.accessTokens = accessTokens;
    }

    TokenResponse grant(Client client, Parameters parameters) throws OAuthException {
        Optional<String> asked = parameters.find("scope");
        var rotation = refreshTokens.rotate(
                parameters.require("refresh_token"),
                client.id(),
                leeway(client),
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

    /** What the client says of itself wins over what its classification says. */
    private Duration leeway(Client client) {
        return client.refreshTokenLeeway().orElseGet(() -> settings.get()
                .classification(client.classification())
                .lifetimes()
                .refreshTokenLeeway());
    }
}

package org.claviger.token;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.AuditEvent;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.VerifiedJwt;
import org.claviger.jose.VerifiedTokens;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.refresh.RefreshTokens;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;

/**
 * The revocation endpoint (RFC 7009). With a refresh token, used or not, the whole grant ends: all its tokens. With an access token
 * that token ends. What is no living token of ours is revoked already: 200. The token tells what it is, so {@code token_type_hint} is
 * not needed (section 2.1).
 */
public final class RevocationEndpoint extends ClientEndpoint {
    private final RefreshTokens refreshTokens;
    private final TokenFamilies families;
    private final VerifiedTokens accessTokens;
    private final RevocationRepository revocations;
    private final Runnable readKeys;

    /** @param readKeys reads from the database what other nodes make tokens with */
    public RevocationEndpoint(
            ClientAuthentication authentication,
            RefreshTokens refreshTokens,
            TokenFamilies families,
            VerifiedTokens accessTokens,
            RevocationRepository revocations,
            Runnable readKeys) {
        super(authentication, AuditEvent.REVOCATION_REFUSED);
        this.refreshTokens = refreshTokens;
        this.families = families;
        this.accessTokens = accessTokens;
        this.revocations = revocations;
        this.readKeys = readKeys;
    }

    @Override
    void answer(Asking asking, HttpServletResponse response, Map<String, Object> known) throws OAuthException {
        String token = asking.parameters().require("token");
        ClientId client = asking.client().id();
        Optional<RefreshTokens.Owned> refreshToken = refreshTokens.findOwner(token);
        Optional<VerifiedJwt> accessToken = refreshToken.isPresent() ? Optional.empty() : verify(token);
        if (refreshToken.isEmpty() && accessToken.isEmpty()) {
            // Another node may have made it with a key that this one has not read yet; 200 would be a promise.
            readKeys.run();
            refreshToken = refreshTokens.findOwner(token);
            accessToken = refreshToken.isPresent() ? Optional.empty() : verify(token);
        }
        if (refreshToken.isPresent()) {
            known.put("family", refreshToken.get().family());
            requireOwn(client.equals(refreshToken.get().client()));
            families.end(refreshToken.get().family(), "revoked", known);
        } else if (accessToken.isPresent()) {
            String id = accessToken.get().text("jti").orElseThrow();
            known.put("token", id);
            requireOwn(accessToken
                    .get()
                    .text("client_id")
                    .filter(client.value()::equals)
                    .isPresent());
            revocations.revoke(RevocationKind.TOKEN, id, known);
        }
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentLength(0);
    }

    /** Ours and not expired; whether it opens anything now does not matter: it may again when settings have changed. */
    private Optional<VerifiedJwt> verify(String token) {
        try {
            return Optional.of(accessTokens.verify(token))
                    .filter(jwt -> !revocations.view().isRevoked(jwt));
        } catch (InvalidTokenException notAlive) {
            return Optional.empty();
        }
    }

    /** RFC 7009 section 2.1: if the token was not issued to this client, "the request is refused and the client is informed". */
    private static void requireOwn(boolean own) throws OAuthException {
        if (!own) {
            throw new OAuthException(INVALID_GRANT, "the token was issued to another client");
        }
    }
}

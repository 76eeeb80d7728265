package org.claviger.token;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.AuditEvent;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.InvalidTokenException.Check;
import org.claviger.jose.JwtVerifier;
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
    private final KeyReading keys;
    private final Clock clock;

    public RevocationEndpoint(
            ClientAuthentication authentication,
            RefreshTokens refreshTokens,
            TokenFamilies families,
            VerifiedTokens accessTokens,
            RevocationRepository revocations,
            KeyReading keys,
            Clock clock) {
        super(authentication, AuditEvent.REVOCATION_REFUSED);
        this.refreshTokens = refreshTokens;
        this.families = families;
        this.accessTokens = accessTokens;
        this.revocations = revocations;
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    void answer(Asking asking, HttpServletResponse response, Map<String, Object> known) throws OAuthException {
        String token = asking.parameters().require("token");
        ClientId client = asking.client().id();
        Found found = find(token);
        if (found.ofUnknownKey) {
            // Another node may have made it with a key that this one has not read yet; 200 would be a promise.
            // RFC 7009 section 2.2.1: at 503 "the client must assume the token still exists".
            keys.require();
            found = find(token);
        }
        if (found.refreshToken.isPresent()) {
            RefreshTokens.Owned refreshToken = found.refreshToken.get();
            known.put("family", refreshToken.family());
            requireOwn(client.equals(refreshToken.client()));
            families.end(refreshToken.family(), "revoked", known);
        } else if (found.accessToken.isPresent()) {
            String id = found.accessToken.get().text("jti").orElseThrow();
            known.put("token", id);
            requireOwn(found.accessToken
                    .get()
                    .text("client_id")
                    .filter(client.value()::equals)
                    .isPresent());
            revocations.revoke(RevocationKind.TOKEN, id, known);
        }
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentLength(0);
    }

    /**
     * What a token is to this node.
     *
     * @param ofUnknownKey whether it may be one of ours all the same
     */
    private record Found(
            Optional<RefreshTokens.Owned> refreshToken, Optional<VerifiedJwt> accessToken, boolean ofUnknownKey) {}

    /** An access token is ours and not expired; whether it opens anything now does not matter: it may again when settings have changed. */
    private Found find(String token) {
        Optional<RefreshTokens.Owned> refreshToken = refreshTokens.findOwner(token);
        if (refreshToken.isPresent()) {
            return new Found(refreshToken, Optional.empty(), false);
        }
        try {
            Optional<VerifiedJwt> accessToken = Optional.of(accessTokens.verify(token))
                    .filter(jwt -> !revocations.view().isRevoked(jwt));
            return new Found(Optional.empty(), accessToken, false);
        } catch (InvalidTokenException notAlive) {
            boolean unknown =
                    notAlive.check() == Check.KEY ? !saysThatItIsOver(token) : refreshTokens.isOfUnknownKey(token);
            return new Found(Optional.empty(), Optional.empty(), unknown);
        }
    }

    /** Then no node has to be asked: a key is taken away when the last of its tokens is over. */
    private boolean saysThatItIsOver(String token) {
        return JwtVerifier.unverifiedExpiry(token)
                .filter(end -> end <= clock.instant().getEpochSecond())
                .isPresent();
    }

    /** RFC 7009 section 2.1: if the token was not issued to this client, "the request is refused and the client is informed". */
    private static void requireOwn(boolean own) throws OAuthException {
        if (!own) {
            throw new OAuthException(INVALID_GRANT, "the token was issued to another client");
        }
    }
}

package org.claviger.guard;

import java.util.Optional;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.VerifiedJwt;
import org.claviger.jose.VerifiedTokens;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.RevocationView;

/**
 * Whether an access token is good at this moment: ours, in its time, of a client that there is, in the type that this client is
 * configured for, and not revoked. All of it from memory; whom it is for is the business of who asks.
 */
public final class LiveTokens {
    private final VerifiedTokens verified;
    private final Clients clients;
    private final RevocationView revocations;

    public LiveTokens(VerifiedTokens verified, Clients clients, RevocationView revocations) {
        this.verified = verified;
        this.clients = clients;
        this.revocations = revocations;
    }

    /**
     * Proves a token.
     *
     * @throws InvalidTokenException if it is not good now, for the reason that it says
     * @throws OAuthException {@code temporarily_unavailable} if this node cannot tell
     */
    public VerifiedJwt prove(String token) throws InvalidTokenException, OAuthException {
        revocations.requireFresh();
        VerifiedJwt jwt = verified.verify(token);
        Optional<Client> client = jwt.text("client_id").flatMap(ClientId::find).flatMap(clients::find);
        if (client.isEmpty()) {
            throw new InvalidTokenException("the client is gone");
        }
        if (client.get().accessTokenType() != jwt.type()) {
            throw new InvalidTokenException("the typ is not what the client is configured for");
        }
        if (revocations.isRevoked(jwt)) {
            throw new InvalidTokenException("the token is revoked");
        }
        revocations.requireFresh();
        return jwt;
    }
}

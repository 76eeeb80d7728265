package org.claviger.calls;

import java.io.IOException;
import java.util.Optional;

/**
 * Where an application keeps a refresh token. Each is good for once (RFC 9700 section 4.14.2): whoever uses an earlier one again ends
 * all of them. So one process uses what stands in a store, and the store is durable before {@link #store} returns.
 */
public interface RefreshTokenStore {
    /**
     * The refresh token to begin with. Asked for again, by each call that needs a token, while there is none or after it was refused, so that another can
     * be put there.
     *
     * @return empty if there is none
     */
    Optional<String> load() throws IOException;

    /**
     * Replaces it. Called before the access token that came with it is used; if it throws, that token is used, but no refresh token
     * until it could be stored.
     */
    void store(String refreshToken) throws IOException;
}

package org.claviger.calls;

import java.io.IOException;
import java.util.Optional;

/** Where a call gets its access token from. Safe for many threads. */
public interface TokenSource {
    /**
     * The token for a call that begins now.
     *
     * @return empty if the call is to go without one, as that of an anonymous caller
     * @throws TokenException if there should be one and it cannot be had
     * @throws java.io.InterruptedIOException if the thread was interrupted while it waited
     */
    Optional<String> token() throws IOException;

    /**
     * Another token in place of one that a service has refused with {@code invalid_token} (RFC 6750 section 3.1).
     *
     * @param refused what the service was sent
     * @return empty if there is no other; what the service said stands then
     * @throws java.io.InterruptedIOException if the thread was interrupted while it waited
     */
    default Optional<String> replace(String refused) throws IOException {
        return Optional.empty();
    }
}

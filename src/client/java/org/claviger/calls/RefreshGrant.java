package org.claviger.calls;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Refreshing (RFC 6749 section 6) with tokens that rotate. One thread at a time. */
final class RefreshGrant implements HeldToken.Grant {
    private static final System.Logger LOG = System.getLogger(RefreshGrant.class.getName());

    private final TokenClient client;
    private final RefreshTokenStore store;
    private Optional<String> current = Optional.empty();
    private Optional<String> ended = Optional.empty();
    private boolean isStored = true;

    RefreshGrant(TokenClient client, RefreshTokenStore store) {
        this.client = client;
        this.store = store;
    }

    /** To the end, though the thread be interrupted: who does not wait for the answer loses the refresh token that is in it. */
    @Override
    public TokenAnswer ask() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            JsonObject answer = exchange(current());
            interrupted |= Thread.interrupted(); // not for the store: files and connections would be closed
            keep(TokenAnswer.refreshToken(answer));
            return TokenAnswer.of(answer);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A new refresh token is worth asking with at once. */
    @Override
    public boolean isMended(TokenException earlier) throws IOException {
        if (!hasEnded(earlier) || current.isPresent()) {
            return false;
        }
        current = load();
        return current.isPresent();
    }

    private JsonObject exchange(String token) throws IOException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", token);
        try {
            return client.ask(form, true);
        } catch (TokenRefusedException refusal) {
            if (hasEnded(refusal)) {
                // Not shown again: that would only look like theft.
                ended = current;
                current = Optional.empty();
            }
            throw refusal;
        }
    }

    private static boolean hasEnded(TokenException failure) {
        return failure instanceof TokenRefusedException refusal
                && refusal.error().equals("invalid_grant");
    }

    /** Whatever the rest of the answer is worth: the one before has been used. */
    private void keep(Optional<String> next) {
        if (next.isEmpty()) {
            return;
        }
        current = next;
        isStored = false;
        try {
            store(next.get());
        } catch (TokenUnavailableException later) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-1304 a new refresh token could not be stored, and is not used before",
                    later);
        }
    }

    private String current() throws TokenException {
        if (current.isEmpty()) {
            current = load();
        } else if (!isStored) {
            store(current.get());
        }
        return current.orElseThrow(TokenRefusedException::noRefreshToken);
    }

    private Optional<String> load() throws TokenUnavailableException {
        try {
            return store.load().filter(token -> !ended.equals(Optional.of(token)));
        } catch (IOException | RuntimeException failure) {
            throw TokenUnavailableException.because("the refresh token cannot be read from its store", failure);
        }
    }

    private void store(String token) throws TokenUnavailableException {
        try {
            store.store(token);
            isStored = true;
        } catch (IOException | RuntimeException failure) {
            throw TokenUnavailableException.because("the refresh token cannot be put into its store", failure);
        }
    }

    @Override
    public String toString() {
        return "RefreshGrant[" + client + "]";
    }
}

package org.claviger.admin;

import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import org.claviger.authorize.Consents;
import org.claviger.client.NewClient;
import org.claviger.client.Registrations;
import org.claviger.client.Registrations.Registered;
import org.claviger.identity.ResourceOwners;
import org.claviger.live.LiveSettings;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;

/**
 * What administrators do to clients, the same by the interface and by the console: vetted, and written with who did it if nobody has
 * changed what it rests on.
 */
public final class ClientChanges {
    private final Registrations registrations;
    private final Consents consents;
    private final ResourceOwners resourceOwners;
    private final LiveSettings settings;
    private final RandomTokens tokens;

    public ClientChanges(
            Registrations registrations,
            Consents consents,
            ResourceOwners resourceOwners,
            LiveSettings settings,
            RandomTokens tokens) {
        this.registrations = registrations;
        this.consents = consents;
        this.resourceOwners = resourceOwners;
        this.settings = settings;
        this.tokens = tokens;
    }

    /**
     * A client after a change.
     *
     * @param secret in clear, where the change has made one: a credential, and nobody can read it again
     */
    public record Made(Registered client, Optional<String> secret) {
        @Override
        public String toString() {
            return "Made[" + client.id() + "]";
        }
    }

    /**
     * Registers a client; one that is not public gets a secret.
     *
     * @throws IllegalArgumentException with the JSON pointer to what does not fit
     * @throws TakenException if a client or a user has that identifier
     */
    public Made create(JsonObject entry, String by) throws TakenException {
        Settings now = settings.get();
        NewClient client = NewClient.make(entry, now.classifications().names(), tokens);
        // RFC 9068 section 5: a client must not be taken for a user.
        if (resourceOwners.isNameTaken(client.id().value())) {
            throw new TakenException("/client_id", "is the name of a user");
        }
        Registered created = registrations
                .create(client, consents.withdrawal(client.id()), by)
                .orElseThrow(() -> new TakenException("/client_id", "is registered already"));
        return new Made(created, client.secret());
    }

    /**
     * Changes a client by a JSON merge patch (RFC 7396); one that becomes confidential gets a secret.
     *
     * @return empty if somebody else was first
     * @throws IllegalArgumentException with the JSON pointer to what does not fit
     */
    public Optional<Made> change(Registered seen, JsonObject patch, String by) {
        NewClient after = NewClient.change(
                seen.metadata(), patch, settings.get().classifications().names(), tokens);
        return registrations.change(seen, after, by).map(client -> new Made(client, after.secret()));
    }

    /** Lets a client do nothing more, or again; empty if somebody else was first. */
    public Optional<Registered> enable(Registered seen, boolean enabled, String by) {
        return registrations.enable(seen, enabled, by);
    }

    /** How long the secret of now stays good at most beside another. */
    public Duration longestOverlap() {
        return settings.get().clientSecretOverlap();
    }

    /** Whether it has a secret: not if it is public. */
    public static boolean hasSecret(Registered client) {
        return !client.metadata().getString("token_endpoint_auth_method", "").equals("none");
    }

    /**
     * Gives a client that has a secret another one; empty if somebody else was first.
     *
     * @param overlap how long the one of now stays good
     */
    public Optional<Made> rotate(Registered seen, Duration overlap, String by) {
        String secret = tokens.secret();
        return registrations.rotate(seen, secret, overlap, by).map(client -> new Made(client, Optional.of(secret)));
    }

    /** Removes a client, and ends all that it has; what people have allowed it is forgotten. Not if somebody else was first. */
    public boolean delete(Registered seen, String by) {
        return registrations.delete(seen, consents.withdrawal(seen.id()), by);
    }
}

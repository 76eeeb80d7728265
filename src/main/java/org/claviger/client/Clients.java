package org.claviger.client;

import static org.claviger.oauth.ErrorCode.INVALID_CLIENT;

import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.key.MacKeys;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;

/** The registered clients, all of them in memory, so that a request needs no SQL to know its client. */
public final class Clients {
    private final Database database;
    private final MacKeys macKeys;
    private final Clock clock;
    private volatile Map<ClientId, Registration> registrations = Map.of();
    private volatile Optional<Client> builtIn = Optional.empty();

    public Clients(Database database, MacKeys macKeys, Clock clock) {
        this.database = database;
        this.macKeys = macKeys;
        this.clock = clock;
    }

    /** @param previousUntil when the secret before this one is good no more */
    private record Registration(
            Client client,
            boolean enabled,
            Optional<StoredSecret> secret,
            Optional<StoredSecret> previous,
            Instant previousUntil) {}

    /**
     * From now on there is also this client, which is a part of Claviger. It has no secret, so that it is refused wherever clients
     * authenticate, and what is registered under its identifier counts for nothing.
     */
    public void provide(Client part) {
        builtIn = Optional.of(part);
    }

    public Optional<Client> find(ClientId id) {
        return registration(id).map(Registration::client);
    }

    private Optional<Registration> registration(ClientId id) {
        return builtIn()
                .filter(found -> found.client.id().equals(id))
                .or(() -> Optional.ofNullable(registrations.get(id)).filter(Registration::enabled));
    }

    private Optional<Registration> builtIn() {
        return builtIn.map(client -> new Registration(client, true, Optional.empty(), Optional.empty(), Instant.MIN));
    }

    /** Every one that there is. */
    private Stream<Registration> all() {
        return Stream.concat(builtIn().stream(), registrations.values().stream());
    }

    /** Whether there is a client of this identifier, and it has a secret. */
    public boolean hasSecret(ClientId id) {
        return find(id).filter(client -> !client.isPublic()).isPresent();
    }

    /** The identifiers of the clients that are registered and not there: their tokens are refused for as long as that. */
    public Set<String> disabled() {
        return registrations.values().stream()
                .filter(found -> !found.enabled)
                .map(found -> found.client.id().value())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The algorithms that clients ask for by name. */
    public Set<SigningAlgorithm> signingAlgorithms() {
        return registrations.values().stream()
                .flatMap(found -> found.client.signingAlgorithm().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The classifications that clients name, whether there are such or not. */
    public Set<String> classifications() {
        return all().map(found -> found.client.classification()).collect(Collectors.toUnmodifiableSet());
    }

    /** The identifiers of the clients, enabled or not, that name a classification, as they are in the database now. */
    public List<String> ofClassification(String name) {
        refresh();
        return all().map(Registration::client)
                .filter(client -> client.classification().equals(name))
                .map(client -> client.id().value())
                .sorted()
                .toList();
    }

    /** The origins whose scripts may read what this client is answered. */
    public List<String> allowedOrigins(ClientId id) {
        return find(id).map(Client::allowedOrigins).orElse(List.of());
    }

    /** Whether any client names this origin. */
    public boolean isAllowedOrigin(String origin) {
        return registrations.values().stream()
                .anyMatch(
                        found -> found.enabled && found.client.allowedOrigins().contains(origin));
    }

    /**
     * Proves who asks (RFC 6749 section 2.3).
     *
     * @throws OAuthException {@code invalid_client} for an unknown client, another method than the registered one, or a
     *     wrong secret; the three look the same from outside
     */
    public Client authenticate(ClientCredentials credentials) throws OAuthException {
        Registration registration = registration(credentials.id()).orElseThrow(() -> refuse("unknown client"));
        if (registration.client.authenticationMethod() != credentials.method()) {
            throw refuse("not the registered authentication method");
        }
        if (!registration.client.isPublic() && !isSecret(registration, credentials)) {
            throw refuse("wrong secret");
        }
        return registration.client;
    }

    /** The secret, or the one before it for as long as both are good. */
    private boolean isSecret(Registration registration, ClientCredentials credentials) {
        return isSecret(registration.secret, credentials)
                || (clock.instant().isBefore(registration.previousUntil)
                        && isSecret(registration.previous, credentials));
    }

    private boolean isSecret(Optional<StoredSecret> stored, ClientCredentials credentials) {
        return stored.filter(secret -> secret.isOf(credentials.id(), credentials.secret(), macKeys))
                .isPresent();
    }

    private static OAuthException refuse(String detail) {
        return new OAuthException(INVALID_CLIENT, "client authentication failed", detail);
    }

    /** Whether there is a client of this identifier, enabled or not, in the memory of this node. */
    public boolean isRegistered(String id) {
        return all().anyMatch(known -> known.client.id().value().equals(id));
    }

    /** The SQL that registers a client, or replaces its registration. */
    public Database.Change<RuntimeException> registration(NewClient client) {
        ClientRow row = new ClientRow();
        row.clientId = client.id().value();
        row.metadata = client.metadata();
        row.setSecret(client.secret().map(secret -> StoredSecret.of(client.id(), secret, macKeys)));
        return entities -> {
            ClientRow found = entities.find(ClientRow.class, row.clientId, LockModeType.PESSIMISTIC_WRITE);
            row.enabled = found == null || found.enabled;
            row.advance(entities);
            entities.merge(row);
            database.announce(entities, Topic.CLIENT, row.clientId);
        };
    }

    /** Reads the clients again; one after the other, so that the last has read last. */
    public synchronized void refresh() {
        registrations =
                database
                        .transact(entities -> entities.createQuery("from ClientRow", ClientRow.class)
                                .getResultList())
                        .stream()
                        .map(Clients::registration)
                        .collect(Collectors.toUnmodifiableMap(found -> found.client.id(), Function.identity()));
    }

    private static Registration registration(ClientRow row) {
        return new Registration(
                ClientMetadata.parseStored(row.metadata()),
                row.enabled,
                row.secret(),
                row.previousSecret(),
                Objects.requireNonNullElse(row.previousSecretUntil, Instant.MIN));
    }
}

package org.claviger.client;

import static org.claviger.oauth.ErrorCode.INVALID_CLIENT;

import jakarta.json.Json;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;

/** The registered clients, all of them in memory, so that a request needs no SQL to know its client. */
public final class Clients {
    private final Database database;
    private final RevocationRepository revocations;
    private final MacKeys macKeys;
    private volatile Map<ClientId, Registration> registrations = Map.of();

    public Clients(Database database, RevocationRepository revocations, MacKeys macKeys) {
        this.database = database;
        this.revocations = revocations;
        this.macKeys = macKeys;
    }

    private record Registration(Client client, boolean enabled, String secretMac, int secretMacKeyVersion) {}

    public Optional<Client> find(ClientId id) {
        return registration(id).map(Registration::client);
    }

    private Optional<Registration> registration(ClientId id) {
        return Optional.ofNullable(registrations.get(id)).filter(Registration::enabled);
    }

    /** Whether there is a client of this identifier, and it has a secret. */
    public boolean hasSecret(ClientId id) {
        return find(id).filter(client -> !client.isPublic()).isPresent();
    }

    /** The algorithms that clients ask for by name. */
    public Set<SigningAlgorithm> signingAlgorithms() {
        return registrations.values().stream()
                .flatMap(found -> found.client.signingAlgorithm().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The classifications that clients name, whether there are such or not. */
    public Set<String> classifications() {
        return registrations.values().stream()
                .map(found -> found.client.classification())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The identifiers of the clients, enabled or not, that name a classification, as they are in the database now. */
    public List<String> ofClassification(String name) {
        refresh();
        return registrations.values().stream()
                .map(Registration::client)
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
                .anyMatch(found -> found.client.allowedOrigins().contains(origin));
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
        if (!registration.client.isPublic()
                && !macKeys.verify(
                        MacPurpose.CLIENT_SECRET,
                        registration.secretMacKeyVersion,
                        secretText(credentials.id(), credentials.secret()),
                        registration.secretMac)) {
            throw refuse("wrong secret");
        }
        return registration.client;
    }

    private static OAuthException refuse(String detail) {
        return new OAuthException(INVALID_CLIENT, "client authentication failed", detail);
    }

    // The client is part of what is MACed, so that equal secrets of two clients do not look equal.
    private static String secretText(ClientId id, String secret) {
        return id.value() + "\n" + secret;
    }

    /** Whether there is a client of this identifier, enabled or not, in the memory of this node. */
    public boolean isRegistered(String id) {
        return registrations.keySet().stream().anyMatch(known -> known.value().equals(id));
    }

    /** The SQL that registers a client, or replaces its registration. */
    public Database.Change<RuntimeException> registration(NewClient client) {
        ClientRow row = new ClientRow();
        row.clientId = client.id().value();
        row.metadata = client.metadata();
        client.secret().ifPresent(secret -> {
            int version = macKeys.currentVersion(MacPurpose.CLIENT_SECRET);
            row.secretMacKeyVersion = version;
            row.secretMac = macKeys.mac(MacPurpose.CLIENT_SECRET, version, secretText(client.id(), secret));
        });
        return entities -> {
            ClientRow found = entities.find(ClientRow.class, row.clientId);
            row.enabled = found == null || found.enabled;
            entities.merge(row);
            database.announce(entities, Topic.CLIENT, row.clientId);
        };
    }

    /** Lets a client do nothing more, as if it were not registered; everything that it has ends. */
    public void disable(ClientId id) {
        end(id, "update ClientRow set enabled = false where clientId = :id");
    }

    /** Removes a client; everything that it has ends, also for another that gets its identifier later. */
    public void delete(ClientId id) {
        end(id, "delete from ClientRow where clientId = :id");
    }

    private void end(ClientId id, String change) {
        revocations.transact((entities, ending) -> {
            int changed =
                    entities.createQuery(change).setParameter("id", id.value()).executeUpdate();
            database.announce(entities, Topic.CLIENT, id.value());
            ending.end(RevocationKind.CLIENT, id.value());
            return changed;
        });
        refresh();
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
        try (var reader = Json.createReader(new StringReader(row.metadata))) {
            return new Registration(
                    ClientMetadata.parseStored(reader.readObject()),
                    row.enabled,
                    row.secretMac == null ? "" : row.secretMac,
                    row.secretMacKeyVersion == null ? 0 : row.secretMacKeyVersion);
        }
    }
}

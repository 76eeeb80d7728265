package org.claviger.client;

import static org.claviger.oauth.ErrorCode.INVALID_CLIENT;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.claviger.database.Database;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;

/** The registered clients, all of them in memory, so that a request needs no SQL to know its client. */
public final class Clients {
    /** ASVS 11.2: a secret checked with a fast keyed hash must be as good as random. */
    private static final int MIN_SECRET_LENGTH = 32;

    private final Database database;
    private final MacKeys macKeys;
    private volatile Snapshot snapshot = new Snapshot(-1, Map.of());

    public Clients(Database database, MacKeys macKeys) {
        this.database = database;
        this.macKeys = macKeys;
    }

    private record Registration(Client client, String secretMac, int secretMacKeyVersion) {}

    private record Snapshot(long version, Map<ClientId, Registration> registrations) {}

    public Optional<Client> find(ClientId id) {
        return Optional.ofNullable(snapshot.registrations.get(id)).map(Registration::client);
    }

    /**
     * Proves who asks (RFC 6749 section 2.3).
     *
     * @throws OAuthException {@code invalid_client} for an unknown client, another method than the registered one, or a
     *     wrong secret; the three look the same from outside
     */
    public Client authenticate(ClientCredentials credentials) throws OAuthException {
        Registration registration = snapshot.registrations.get(credentials.id());
        if (registration == null) {
            throw refuse("unknown client");
        }
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

    /**
     * Registers a client, or replaces its registration.
     *
     * @param entry with the member names of RFC 7591 section 2
     * @param pointer where the entry stands in its file
     * @throws IllegalArgumentException with the pointer to what does not fit; nothing has changed then
     */
    public void register(JsonObject entry, String pointer) {
        Client client = ClientMetadata.parse(entry, pointer);
        ClientRow row = new ClientRow();
        row.clientId = client.id().value();
        row.metadata =
                Json.createObjectBuilder(entry).remove("client_secret").build().toString();
        if (client.isPublic()) {
            if (entry.containsKey("client_secret")) {
                throw new IllegalArgumentException(pointer + "/client_secret: a public client has none");
            }
        } else {
            String secret = entry.getString("client_secret", "");
            if (secret.length() < MIN_SECRET_LENGTH) {
                throw new IllegalArgumentException(
                        pointer + "/client_secret: must have at least " + MIN_SECRET_LENGTH + " characters");
            }
            int version = macKeys.currentVersion(MacPurpose.CLIENT_SECRET);
            row.secretMacKeyVersion = version;
            row.secretMac = macKeys.mac(MacPurpose.CLIENT_SECRET, version, secretText(client.id(), secret));
        }
        // The row of the number stays locked until the commit, so the order of the numbers is the order of the commits.
        database.changeAlone(entities -> {
            entities.merge(row);
            entities.createQuery("update VersionNumberRow set number = number + 1 where name = 'client'")
                    .executeUpdate();
        });
    }

    /** Reads the clients again if any has changed since the last time; called every second. */
    public void refresh() {
        long version = database.transact(entities -> entities.createQuery(
                        "select number from VersionNumberRow where name = 'client'", Long.class)
                .getSingleResult());
        if (version != snapshot.version) {
            snapshot = new Snapshot(
                    version,
                    database
                            .transact(entities -> entities.createQuery("from ClientRow", ClientRow.class)
                                    .getResultList())
                            .stream()
                            .map(Clients::registration)
                            .collect(Collectors.toUnmodifiableMap(found -> found.client.id(), Function.identity())));
        }
    }

    private static Registration registration(ClientRow row) {
        try (var reader = Json.createReader(new StringReader(row.metadata))) {
            return new Registration(
                    ClientMetadata.parse(reader.readObject(), ""),
                    row.secretMac == null ? "" : row.secretMac,
                    row.secretMacKeyVersion == null ? 0 : row.secretMacKeyVersion);
        }
    }
}

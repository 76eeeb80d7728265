package org.claviger.client;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.io.StringReader;
import java.time.Instant;
import java.util.Optional;
import org.claviger.database.Database;
import org.jspecify.annotations.Nullable;

/** A client: its metadata as JSON, and the MAC of its secret if it has one, and of the secret before that while it is good too. */
@Entity
@Table(name = "client")
class ClientRow {
    @Id
    String clientId = "";

    String metadata = "";

    @Nullable
    String secretMac;

    @Nullable
    Integer secretMacKeyVersion;

    @Nullable
    String previousSecretMac;

    @Nullable
    Integer previousSecretMacKeyVersion;

    @Nullable
    Instant previousSecretUntil;

    boolean enabled = true;

    /** Another after each change. */
    long edition;

    JsonObject metadata() {
        try (JsonReader reader = Json.createReader(new StringReader(metadata))) {
            return reader.readObject();
        }
    }

    Optional<StoredSecret> secret() {
        return StoredSecret.of(secretMac, secretMacKeyVersion);
    }

    Optional<StoredSecret> previousSecret() {
        return StoredSecret.of(previousSecretMac, previousSecretMacKeyVersion);
    }

    void setSecret(Optional<StoredSecret> secret) {
        secretMac = secret.map(StoredSecret::mac).orElse(null);
        secretMacKeyVersion = secret.map(StoredSecret::keyVersion).orElse(null);
    }

    /** Keeps the secret of now for as long as that; for no time if that is empty. */
    void keepSecret(Optional<Instant> until) {
        previousSecretMac = until.isPresent() ? secretMac : null;
        previousSecretMacKeyVersion = until.isPresent() ? secretMacKeyVersion : null;
        previousSecretUntil = until.orElse(null);
    }

    void advance(EntityManager entities) {
        edition = Database.next(entities, "client_edition");
    }
}

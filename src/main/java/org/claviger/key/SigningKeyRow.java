package org.claviger.key;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A signing key, its private half wrapped. */
@Entity
@Table(name = "signing_key")
class SigningKeyRow {
    @Id
    String kid = "";

    int serialNumber;
    String algorithm = "";
    String publicJwk = "";
    String wrappedPrivateKey = "";
    Instant createdAt = Instant.EPOCH;
}

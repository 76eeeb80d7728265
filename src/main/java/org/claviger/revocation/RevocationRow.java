package org.claviger.revocation;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;

/** A revocation. Its kind is text, so that a node can pass over one that only a later version knows. */
@Entity
@Table(name = "revocation")
@IdClass(RevocationRow.Key.class)
class RevocationRow {
    @Id
    String kind = "";

    @Id
    String name = "";

    long serialNumber;
    Instant revokedAt = Instant.EPOCH;
    Instant issuedBefore = Instant.EPOCH;
    Instant expiresAt = Instant.EPOCH;

    record Key(String kind, String name) {}

    Revocation toRevocation() {
        return new Revocation(RevocationKind.valueOf(kind), name, revokedAt, issuedBefore, expiresAt, serialNumber);
    }
}

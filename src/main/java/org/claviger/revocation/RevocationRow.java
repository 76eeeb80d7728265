package org.claviger.revocation;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

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

    /** Ends more than before, and never less, whoever of two comes first. */
    void renew(Instant now, RevocationKind known) {
        revokedAt = later(now, revokedAt);
        issuedBefore = later(
                revokedAt
                        .plus(RevocationRepository.CLOCKS_DIFFER)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .plusSeconds(1),
                issuedBefore);
        expiresAt = later(revokedAt.plus(known.kept()), expiresAt);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    Revocation toRevocation() {
        return new Revocation(RevocationKind.valueOf(kind), name, revokedAt, issuedBefore, expiresAt, serialNumber);
    }
}

package org.claviger.key;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.claviger.jose.KeyType;
import org.jspecify.annotations.Nullable;

/** A signing key: its life, its public half, and its private half wrapped; that is empty once it cannot sign any more. */
@Entity
@Table(name = "signing_key")
class SigningKeyRow {
    @Id
    String kid = "";

    int serialNumber;
    String line = "";
    String algorithm = "";
    String publicJwk = "";
    String wrappedPrivateKey = "";

    @Column(name = "created_at")
    Instant announcedAt = Instant.EPOCH;

    Instant signsFrom = Instant.EPOCH;
    Instant retiredAt = Instant.EPOCH;

    @Nullable
    Instant compromisedAt;

    KeyLife life(KeyType type) {
        return new KeyLife(kid, line, type, announcedAt, signsFrom, retiredAt, Optional.ofNullable(compromisedAt));
    }

    void set(KeyLife life) {
        kid = life.kid();
        line = life.line();
        algorithm = life.type().algorithm().value();
        announcedAt = life.announcedAt();
        signsFrom = life.signsFrom();
        retiredAt = life.retiredAt();
        compromisedAt = life.compromisedAt().orElse(null);
    }

    /** What the wrapped private half is bound to. */
    String purpose() {
        return "signing " + kid;
    }
}

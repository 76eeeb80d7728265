package org.claviger.identity;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A sign-in session; its identifier is stored as a hash. */
@Entity
@Table(name = "sign_in_session")
class SignInSessionRow {
    @Id
    String idHash = "";

    String subject = "";
    Instant authTime = Instant.EPOCH;
    Instant lastUsedAt = Instant.EPOCH;
    Instant expiresAt = Instant.EPOCH;
    long longestIdleMillis;
}

package org.claviger.identity;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A one-time code with which a user chooses a password: its hash. */
@Entity
@Table(name = "password_reset")
class PasswordResetRow {
    @Id
    String subject = "";

    String codeHash = "";
    Instant expiresAt = Instant.EPOCH;
}

package org.claviger.setup;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A one-time code with which somebody becomes the first administrator: its hash. */
@Entity
@Table(name = "setup_code")
class SetupCodeRow {
    @Id
    String codeHash = "";

    Instant expiresAt = Instant.EPOCH;
}

package org.claviger.database;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** Which node cleans up, and until when no other does. */
@Entity
@Table(name = "cleanup_lease")
class CleanupLeaseRow {
    @Id
    String name = "";

    String holder = "";
    Instant expiresAt = Instant.EPOCH;
}

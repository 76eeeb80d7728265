package org.claviger.throttle;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** Failed attempts of one name from one address; both are known only as a MAC. */
@Entity
@Table(name = "throttle")
class ThrottleRow {
    @Id
    String attempt = "";

    int failures;
    Instant blockedUntil = Instant.EPOCH;
    Instant forgottenAt = Instant.EPOCH;
}

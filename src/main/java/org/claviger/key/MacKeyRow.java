package org.claviger.key;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;

/** A wrapped MAC key. */
@Entity
@Table(name = "mac_key")
@IdClass(MacKeyRow.Key.class)
class MacKeyRow {
    @Id
    String purpose = "";

    @Id
    int version;

    String wrappedKey = "";
    Instant createdAt = Instant.EPOCH;

    /** When it begins to make new values; it verifies from the start. */
    Instant usedFrom = Instant.EPOCH;

    record Key(String purpose, int version) {}

    /** What the wrapped key is bound to. */
    String boundTo() {
        return "mac " + purpose + " " + version;
    }
}

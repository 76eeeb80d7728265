package org.claviger.browser;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A browser session; its identifier is stored as a hash, its access token sealed, and its refresh token not at all. */
@Entity
@Table(name = "browser_session")
class BrowserSessionRow {
    @Id
    String idHash = "";

    String application = "";
    String clientId = "";
    String subject = "";
    String familyId = "";
    long generation;
    String sealedToken = "";
    Instant issuedAt = Instant.EPOCH;
    Instant tokenExpiresAt = Instant.EPOCH;
    Instant createdAt = Instant.EPOCH;
    Instant lastUsedAt = Instant.EPOCH;
    Instant expiresAt = Instant.EPOCH;
}

package org.claviger.refresh;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.jspecify.annotations.Nullable;

/** An authorization from its code to its last refresh token: one row, whose generation counts up. */
@Entity
@Table(name = "token_family")
class TokenFamilyRow {
    @Id
    String familyId = "";

    String clientId = "";
    String subject = "";
    String scope = "";
    Instant authTime = Instant.EPOCH;
    String codeHash = "";
    String redirectUri = "";
    String codeChallenge = "";
    long generation;
    Instant idleExpiresAt = Instant.EPOCH;
    Instant expiresAt = Instant.EPOCH;

    /** When the living refresh token came to be; null for the first, and for those of an earlier version. */
    @Nullable
    Instant rotatedAt;

    /** The key with whose MAC it was made, so that a retry gets the same. */
    @Nullable
    Integer keyVersion;

    @Nullable
    Instant endedAt;

    @Nullable
    String endReason;

    /** When nothing of it lives any more, unless it is refreshed until then. */
    Instant deadAt() {
        return idleExpiresAt.isBefore(expiresAt) ? idleExpiresAt : expiresAt;
    }

    Authorization toAuthorization() {
        return new Authorization(
                new FamilyId(familyId), new ClientId(clientId), new Subject(subject), Scope.parse(scope), authTime);
    }
}

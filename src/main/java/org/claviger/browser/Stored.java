package org.claviger.browser;

import java.time.Instant;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Subject;

/**
 * A browser session as it is in the database, with its access token in clear: a credential.
 *
 * @param idHash names it, and is no credential
 * @param application the path that its cookie is for
 * @param generation of its token family: the living one, as far as this node knows
 * @param tokenExpiresAt when the access token is over
 * @param lastUsedAt as it was last noted
 * @param expiresAt when the session is over, however often it is used
 */
record Stored(
        String idHash,
        String application,
        ClientId client,
        Subject subject,
        FamilyId family,
        long generation,
        String token,
        Instant issuedAt,
        Instant tokenExpiresAt,
        Instant createdAt,
        Instant lastUsedAt,
        Instant expiresAt) {
    /** The same with the token of the next generation. */
    Stored renewed(String next, Instant nextIssuedAt, Instant nextExpiresAt) {
        return new Stored(
                idHash,
                application,
                client,
                subject,
                family,
                generation + 1,
                next,
                nextIssuedAt,
                nextExpiresAt,
                createdAt,
                lastUsedAt,
                expiresAt);
    }

    boolean isTokenValid(Instant now) {
        return now.isBefore(tokenExpiresAt);
    }

    /** Whom the sealed token belongs to: who changes a row, or moves the token to another, cannot open it. */
    String place() {
        return "browser session\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s" // %d would be in the digits of the locale
                .formatted(idHash, application, client, subject, family, generation, createdAt, expiresAt);
    }

    @Override
    public String toString() {
        return "Stored[family=" + family + ", generation=" + generation + "]";
    }
}

package org.claviger.revocation;

import java.time.Instant;

/**
 * Something that ended before its time.
 *
 * @param name which one of its kind: a {@code jti}, a {@code kid}, the identifier of a family, subject or client; empty for
 *     everything
 * @param revokedAt when, by the clock of the database
 * @param issuedBefore the end of what it ends, where its kind is dated: a whole second, for that is as fine as tokens tell
 * @param expiresAt when nothing can live any more that it ends
 * @param serialNumber counts up in the order in which revocations were written
 */
public record Revocation(
        RevocationKind kind,
        String name,
        Instant revokedAt,
        Instant issuedBefore,
        Instant expiresAt,
        long serialNumber) {}

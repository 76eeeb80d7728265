package org.claviger.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.claviger.audit.AuditChain.End;
import org.claviger.audit.AuditChain.Seals;

/** What is sealed in the chain and how: each row with what was before it, and each end by itself. */
final class ChainSeals {
    /** For how long after the first key a chain may begin. */
    private static final Duration YOUNG = Duration.ofHours(1);

    private final Seals seals;

    ChainSeals(Seals seals) {
        this.seals = seals;
    }

    /** Whether there may be no chain yet: later, whoever finds none finds what somebody has emptied. */
    boolean mayBegin(Instant now) {
        return now.isBefore(seals.since().plus(YOUNG));
    }

    int version() {
        return seals.version();
    }

    /** The MAC of a row that is to stand after this one. */
    String mac(int version, End before, AuditRow row) {
        return seals.mac(version, text(before, row));
    }

    /** Whether the row stood after this one when it was sealed, and is what it was. */
    boolean isSealed(End before, AuditRow row) {
        return row.macKeyVersion != null
                && row.mac != null
                && seals.verify(row.macKeyVersion, text(before, row), row.mac);
    }

    private static String text(End before, AuditRow row) {
        return before.mac() + "\n" + (before.position() + 1) + "\n" + row.content();
    }

    /** An end of the chain as it is stored. */
    AuditChainRow row(String name, End end) {
        AuditChainRow row = new AuditChainRow();
        row.name = name;
        row.chainPosition = end.position();
        row.mac = end.mac();
        int version = seals.version();
        row.seal = version + "." + seals.mac(version, text(row));
        return row;
    }

    boolean isSealed(AuditChainRow row) {
        int dot = row.seal.indexOf('.');
        String version = row.seal.substring(0, Math.max(0, dot));
        return version.matches("[1-9][0-9]{0,8}")
                && seals.verify(Integer.parseInt(version), text(row), row.seal.substring(dot + 1));
    }

    private static String text(AuditChainRow row) {
        return row.name + "\n" + row.chainPosition + "\n" + row.mac;
    }

    static End end(AuditChainRow row) {
        return new End(row.chainPosition, row.mac);
    }

    /** Where a row that is sealed stands. */
    static End end(AuditRow row) {
        return new End(Objects.requireNonNull(row.chainPosition), Objects.requireNonNullElse(row.mac, ""));
    }
}

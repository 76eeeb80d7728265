package org.claviger.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;

/** Events, and what seals them, on the database of tests. */
final class AuditFixture {
    private AuditFixture() {}

    /** An empty audit that nobody seals yet. */
    static void empty() {
        TestDatabase.empty();
        TestDatabase.execute(
                "insert into cleanup_lease values ('audit', '', timestamp with time zone '1970-01-01 00:00:00+00')");
    }

    /** Writes an event as one that happened at the time of that clock. */
    static void write(TestClock clock, AuditEvent event, Map<String, ?> details) {
        TestDatabase.database().change(entities -> Audit.write(entities, event, details));
        TestDatabase.execute(
                "update audit_event set occurred_at = ? where id = (select max(id) from audit_event)", clock.instant());
    }

    static AuditChain chain(TestClock clock, Duration retention) {
        return chain(clock, retention, text -> {});
    }

    /** @param looked is told of each text of which a MAC is verified */
    static AuditChain chain(TestClock clock, Duration retention, Consumer<String> looked) {
        MacKeys keys = Fixture.Keys.MAC;
        return new AuditChain(
                TestDatabase.database(),
                new AuditChain.Seals() {
                    @Override
                    public Instant since() {
                        return keys.since(MacPurpose.AUDIT);
                    }

                    @Override
                    public int version() {
                        return keys.currentVersion(MacPurpose.AUDIT);
                    }

                    @Override
                    public String mac(int version, String text) {
                        return keys.mac(MacPurpose.AUDIT, version, text);
                    }

                    @Override
                    public boolean verify(int version, String text, String mac) {
                        looked.accept(text);
                        return keys.verify(MacPurpose.AUDIT, version, text, mac);
                    }
                },
                () -> retention,
                Fixture.TOKENS.identifier(),
                clock,
                entities -> clock.instant());
    }

    static AuditChain.Verification verify(AuditChain chain) {
        return chain.verify(Optional.empty()).orElseThrow();
    }
}

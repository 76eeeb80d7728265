package org.claviger.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.claviger.CapturedLog;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLogTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final TestClock clock = new TestClock();
    private final AuditLog log = new AuditLog(TestDatabase.database());

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    @AfterEach
    void end() {
        Origin.end();
    }

    private List<AuditLog.Entry> newest() throws OAuthException {
        return log.list(AuditLog.Query.newest(100));
    }

    private static AuditLog.Query query(
            Set<AuditEvent> events, Optional<String> subject, Optional<String> client, Optional<String> by) {
        return new AuditLog.Query(
                Optional.empty(), Optional.empty(), events, subject, client, by, Optional.empty(), 100);
    }

    @Test
    void whoActsIsKnownByWhatNeverChangesToo() {
        Origin.begin(() -> new Origin("203.0.113.7", TRACE, "subject-of-root"));
        try (CapturedLog lines = new CapturedLog("org.claviger.audit")) {
            AuditFixture.write(
                    clock, AuditEvent.CLIENT_CHANGED, Map.of("client", "web", "by", "root", "members", "scope"));
            AuditFixture.write(clock, AuditEvent.SIGNED_IN, Map.of("subject", "alice"));
            AuditFixture.write(
                    clock, AuditEvent.CONSENT_WITHDRAWN, Map.of("subject", "alice", "by", "subject-of-root"));

            assertThat(lines.lines())
                    .filteredOn(line -> line.contains("by_subject=\"subject-of-root\""))
                    .singleElement()
                    .asString()
                    .contains("by=\"root\"");
        }
        assertThat(TestDatabase.query("select details from audit_event where event = 'CLIENT_CHANGED'"))
                .containsExactly("{\"by_subject\":\"subject-of-root\",\"members\":\"scope\"}");
        assertThat(TestDatabase.query("select details from audit_event where event <> 'CLIENT_CHANGED'"))
                .containsOnlyNulls();
    }

    @Test
    void anEventIsARowWithWhoWhatAndWhere() throws OAuthException {
        Origin.begin(() -> new Origin("203.0.113.7", TRACE));

        AuditFixture.write(
                clock,
                AuditEvent.CLIENT_CHANGED,
                Map.of("by", "root", "client", "web", "members", "scope", "error", ErrorCode.INVALID_GRANT));

        assertThat(newest()).singleElement().satisfies(entry -> {
            assertThat(entry.at()).isEqualTo(clock.instant());
            assertThat(entry.event()).isEqualTo("CLIENT_CHANGED");
            assertThat(entry.by()).contains("root");
            assertThat(entry.client()).contains("web");
            assertThat(entry.subject()).isEmpty();
            assertThat(entry.reason()).contains("invalid_grant");
            assertThat(entry.correlation()).contains(TRACE);
            assertThat(entry.address()).contains("203.0.113.7");
            assertThat(entry.details())
                    .hasValueSatisfying(json ->
                            assertThat(json).contains("\"members\":\"scope\"").doesNotContain("root"));
            assertThat(entry.position()).isEmpty();
        });
    }

    @Test
    void whatIsRolledBackIsNeitherARowNorALine() throws OAuthException {
        try (CapturedLog lines = new CapturedLog("org.claviger.audit")) {
            assertThatThrownBy(() -> TestDatabase.database().change(entities -> {
                        Audit.write(entities, AuditEvent.CLIENT_DELETED, Map.of("client", "web"));
                        throw new IllegalStateException("after all not");
                    }))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(lines.lines()).isEmpty();
            assertThat(newest()).isEmpty();

            TestDatabase.database().change(entities -> {
                Audit.write(entities, AuditEvent.CLIENT_DELETED, Map.of("client", "web"));
                assertThat(lines.lines()).isEmpty();
            });
            assertThat(lines.lines()).containsExactly("CLIENT_DELETED client=\"web\"");
        }
    }

    @Test
    void theLineSaysWhereItCameFromAfterWhatIsKnown() {
        Origin.begin(() -> new Origin("203.0.113.7", TRACE));
        try (CapturedLog lines = new CapturedLog("org.claviger.audit")) {
            Audit.record(AuditEvent.SIGNED_OUT, Map.of("subject", "alice"));
            Audit.record(AuditEvent.SETUP_REFUSED, Map.of("address", "203.0.113.8"));

            assertThat(lines.lines())
                    .containsExactly(
                            "SIGNED_OUT subject=\"alice\" address=\"203.0.113.7\" correlation=\"" + TRACE + "\"",
                            "SETUP_REFUSED address=\"203.0.113.8\" correlation=\"" + TRACE + "\"");
        }
    }

    @Test
    void whatNobodyCanStoreOrReadIsReplacedAndWhatIsTooLongIsCut() throws OAuthException {
        AuditFixture.write(
                clock,
                AuditEvent.SETTING_CHANGED,
                Map.of("by", "\u0000root\ud800", "from", "\"".repeat(4_000), "to", "\u2028\"".repeat(4_000)));
        AuditFixture.write(
                clock, AuditEvent.CLIENT_CHANGED, Map.of("client", "x".repeat(1_000), "members", "y".repeat(1_000)));

        assertThat(newest().get(1).by()).contains("?root?");
        assertThat(newest().get(1).details())
                .hasValueSatisfying(json -> assertThat(json.length()).isLessThanOrEqualTo(10_000));
        assertThat(newest().get(0).client())
                .hasValueSatisfying(name -> assertThat(name).hasSize(255));
        assertThat(newest().get(0).details())
                .hasValueSatisfying(json -> assertThat(json).hasSizeLessThan(300));
    }

    @Test
    void eventsAreFoundByWhatTheyAreAbout() throws OAuthException {
        AuditFixture.write(clock, AuditEvent.CLIENT_CREATED, Map.of("by", "root", "client", "web"));
        AuditFixture.write(clock, AuditEvent.CLIENT_DELETED, Map.of("by", "other", "client", "web"));
        AuditFixture.write(clock, AuditEvent.SIGNED_IN, Map.of("subject", "alice", "client", "spa"));

        assertThat(log.list(query(Set.of(), Optional.empty(), Optional.of("web"), Optional.empty())))
                .hasSize(2);
        assertThat(log.list(query(Set.of(), Optional.empty(), Optional.of("web"), Optional.of("root"))))
                .hasSize(1);
        assertThat(log.list(query(Set.of(), Optional.of("alice"), Optional.empty(), Optional.empty())))
                .hasSize(1);
        assertThat(log.list(query(
                        Set.of(AuditEvent.SIGNED_IN, AuditEvent.CLIENT_DELETED),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())))
                .extracting(AuditLog.Entry::event)
                .containsExactly("SIGNED_IN", "CLIENT_DELETED");
        assertThat(log.list(query(Set.of(AuditEvent.SIGNED_OUT), Optional.empty(), Optional.empty(), Optional.empty())))
                .isEmpty();
    }

    @Test
    void eventsAreFoundByWhenTheyHappened() throws OAuthException {
        for (int i = 0; i < 5; i++) {
            AuditFixture.write(clock, AuditEvent.SIGNED_IN, Map.of("subject", "s" + i));
            clock.advance(Duration.ofHours(1));
        }

        assertThat(log.list(new AuditLog.Query(
                        Optional.of(TestClock.START.plus(Duration.ofHours(1))),
                        Optional.of(TestClock.START.plus(Duration.ofHours(3))),
                        Set.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        100)))
                .extracting(entry -> entry.subject().orElseThrow())
                .containsExactly("s2", "s1");
    }

    @Test
    void pagesGoOnWhereTheOneBeforeEndedAlsoWithinOneInstant() throws OAuthException {
        for (int i = 0; i < 7; i++) {
            AuditFixture.write(clock, AuditEvent.SIGNED_IN, Map.of("subject", "s" + i));
        }
        List<String> seen = new ArrayList<>();
        Optional<AuditLog.Cursor> before = Optional.empty();
        List<AuditLog.Entry> page;
        do {
            page = log.list(new AuditLog.Query(
                    Optional.empty(),
                    Optional.empty(),
                    Set.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    before,
                    3));
            page.forEach(entry -> seen.add(entry.subject().orElseThrow()));
            before = page.isEmpty()
                    ? Optional.empty()
                    : AuditLog.Cursor.parse(page.get(page.size() - 1).cursor().toString());
        } while (!page.isEmpty());

        assertThat(seen)
                .isEqualTo(IntStream.iterate(6, i -> i >= 0, i -> i - 1)
                        .mapToObj(i -> "s" + i)
                        .collect(Collectors.toList()));
    }

    @Test
    void whatTheDatabaseTakesTooLongToFindIsRefusedAndNoFault() {
        TestDatabase.execute("alter table audit_event rename to audit_event_away");
        TestDatabase.execute("create view audit_event as select x id, current_timestamp occurred_at, 'SIGNED_IN' event,"
                + " '' acted_by, '' subject, '' client_id, '' family_id, '' reason, '' correlation_id, '' address,"
                + " '' details, x chain_position, '' mac, 1 mac_key_version from system_range(1, 1000000000000)");
        try {
            OAuthException refusal =
                    assertThrows(OAuthException.class, () -> new AuditLog(TestDatabase.database(), 1_000)
                            .list(query(Set.of(), Optional.of("nobody"), Optional.empty(), Optional.empty())));
            assertThat(refusal.code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
            assertThat(refusal.description()).contains("too long", "from and until");
            assertThat(refusal.retryAfter()).contains(Duration.ofMinutes(1));
        } finally {
            TestDatabase.execute("drop view audit_event");
            TestDatabase.execute("alter table audit_event_away rename to audit_event");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "-1-2", "1-", "1-2-3", "a-b", "123456789012345678-1", "1-1234567890123456789"})
    void whatIsNoPlaceInTheListIsNone(String text) {
        assertThat(AuditLog.Cursor.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7-00",
                "01-" + TRACE + "-00f067aa0ba902b7-01-what-a-later-version-says"
            })
    void aTraceOfTheCallerIsTheCorrelation(String traceparent) {
        assertThat(Origin.correlation(List.of(traceparent), () -> "made")).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                TRACE,
                "00-" + TRACE,
                "ff-" + TRACE + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-00f067aa0ba902b7-01-more",
                "00-" + TRACE + "-0000000000000000-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-" + TRACE + "\"-00f067aa0ba902b7-01"
            })
    void whatIsNoTraceIsNotBelieved(String traceparent) {
        assertThat(Origin.correlation(List.of(traceparent), () -> "made")).isEqualTo("made");
    }

    @Test
    void ofTwoTracesNoneIsBelieved() {
        String traceparent = "00-" + TRACE + "-00f067aa0ba902b7-01";

        assertThat(Origin.correlation(List.of(traceparent, traceparent), () -> "made"))
                .isEqualTo("made");
        assertThat(Origin.correlation(List.of(), () -> "made")).isEqualTo("made");
    }

    @Test
    void theSameRequestHasOneCorrelation() {
        List<String> made = new ArrayList<>();
        Origin.begin(() -> {
            made.add("asked");
            return new Origin("203.0.113.7", TRACE + made.size());
        });

        assertThat(Origin.current()).isEqualTo(Origin.current());
        assertThat(made).hasSize(1);
        Origin.end();
        assertThat(Origin.current()).isEqualTo(Origin.NONE);
    }
}

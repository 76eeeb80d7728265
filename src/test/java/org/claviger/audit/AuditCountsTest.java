package org.claviger.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.claviger.CapturedLog;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuditCountsTest {
    private static final Map<String, ?> ISSUED =
            Map.of("client", new ClientId("web"), "grant", GrantType.REFRESH_TOKEN, "scope", "profile");

    private final TestClock clock = new TestClock();
    private final AuditCounts counts = node();
    private final Statistics statistics = new Statistics(
            TestDatabase.database(),
            () -> new Statistics.Now(OptionalLong.of(1), OptionalLong.empty(), 2, 3, 4),
            clock);

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    private AuditCounts node() {
        return new AuditCounts(TestDatabase.database(), "web"::equals, clock, entities -> clock.instant());
    }

    private static List<String> rows() {
        return TestDatabase.query("select event || '|' || client_id || '|' || reason || '|' || times from audit_count"
                + " order by epoch_minute, event, client_id, reason");
    }

    @Test
    void whatHappenedIsCountedByMinuteEventClientAndReason() {
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        counts.count(AuditEvent.TOKEN_REFUSED, Map.of("client", "web", "error", ErrorCode.INVALID_GRANT));
        assertThat(rows()).isEmpty();
        counts.flush();
        assertThat(rows()).containsExactly("TOKEN_ISSUED|web|refresh_token|2", "TOKEN_REFUSED|web|invalid_grant|1");

        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        counts.flush();
        counts.flush();
        assertThat(rows()).first().isEqualTo("TOKEN_ISSUED|web|refresh_token|3");

        clock.advance(Duration.ofMinutes(1));
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        counts.flush();
        assertThat(rows()).hasSize(3).last().isEqualTo("TOKEN_ISSUED|web|refresh_token|1");
    }

    @Test
    void whatABrowserSessionGetsIsCountedByItsGrantAndTextThatIsNotOursIsNot() {
        for (String grant : List.of("authorization_code", "browser_session", "made up")) {
            counts.count(AuditEvent.TOKEN_ISSUED, Map.of("client", "web", "grant", grant));
        }
        counts.flush();

        assertThat(rows())
                .containsExactlyInAnyOrder(
                        "TOKEN_ISSUED|web|authorization_code|1",
                        "TOKEN_ISSUED|web|browser_session|1",
                        "TOKEN_ISSUED|web||1");
    }

    @Test
    void aMillionRefusalsWithNamesReasonsAndAddressesThatWereMadeUpAreFewRows() {
        ErrorCode[] codes = ErrorCode.values();
        for (int i = 0; i < 1_000_000; i++) {
            Map<String, Object> details = new HashMap<>();
            details.put("client", "made-up-" + i);
            details.put("address", "203.0.113." + i);
            details.put("reason", "for the reason " + i);
            if (i % 2 == 0) {
                details.put("error", codes[i / 2 % codes.length]);
            }
            counts.count(AuditEvent.TOKEN_REFUSED, details);
            if (i % 100_000 == 0) {
                counts.flush();
            }
        }
        assertThat(counts.held()).isLessThanOrEqualTo(codes.length + 1);
        counts.flush();

        long distinct = Stream.of(codes).map(ErrorCode::value).distinct().count();
        assertThat(rows()).hasSize((int) distinct + 1); // and those without a code
        assertThat(TestDatabase.query("select sum(times) from audit_count")).containsExactly("1000000");
    }

    @Test
    void refusalsAreCountedAndAreNoRowsOfTheAudit() {
        Audit.countBy(counts);
        try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
            for (int i = 0; i < 1_000; i++) {
                Audit.record(
                        i % 2 == 0 ? AuditEvent.TOKEN_REFUSED : AuditEvent.BEARER_REFUSED,
                        Map.of("client", "made-up-" + i, "address", "203.0.113." + i, "reason", "for " + i));
                clock.advance(Duration.ofMillis(600)); // ten minutes in all
            }
            assertThat(log.lines()).hasSize(1_000);
        } finally {
            Audit.countBy(new AuditCounts(TestDatabase.database(), "web"::equals, clock, entities -> clock.instant()));
        }
        counts.flush();

        assertThat(rows()).hasSize(20); // two events, none of these clients and reasons, ten minutes
        assertThat(TestDatabase.query("select id from audit_event")).isEmpty();
    }

    @Test
    void theMemoryIsBoundedAlsoWhereEveryClientIsRegisteredAndTheDatabaseIsAway() {
        AuditCounts all = new AuditCounts(TestDatabase.database(), id -> true, clock, entities -> clock.instant());
        for (int i = 0; i < 50_000; i++) {
            all.count(AuditEvent.TOKEN_REFUSED, Map.of("client", "c" + i));
        }
        assertThat(all.held()).isLessThanOrEqualTo(AuditCounts.MOST + 1);
        for (int i = 0; i < 50_000; i++) {
            all.count(AuditEvent.TOKEN_REFUSED, Map.of("client", "c" + i));
            clock.advance(Duration.ofMinutes(1));
        }
        assertThat(all.held()).isLessThanOrEqualTo(2 * AuditCounts.MOST);
    }

    @Test
    void nodesThatAddAtOnceLoseNothing() {
        List<AuditCounts> nodes = List.of(node(), node(), node(), node());
        AtomicInteger next = new AtomicInteger();
        for (int round = 0; round < 20; round++) {
            clock.advance(Duration.ofMinutes(1));
            Parallel.run(4, () -> {
                AuditCounts mine = nodes.get(next.getAndIncrement() % 4);
                mine.count(AuditEvent.TOKEN_ISSUED, ISSUED);
                mine.count(AuditEvent.SIGNED_IN, Map.of());
                try {
                    mine.flush();
                } catch (RuntimeException later) {
                    return false;
                }
                return true;
            });
        }
        nodes.forEach(AuditCounts::flush);

        assertThat(rows()).hasSize(40);
        assertThat(TestDatabase.query("select distinct times from audit_count")).containsExactly("4");
    }

    @Test
    void whatCouldNotBeWrittenIsWrittenLater() {
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        TestDatabase.execute("alter table audit_count rename to audit_count_away");
        try {
            assertThatThrownBy(counts::flush).isInstanceOf(RuntimeException.class);
            counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        } finally {
            TestDatabase.execute("alter table audit_count_away rename to audit_count");
        }

        counts.flush();

        assertThat(rows()).containsExactly("TOKEN_ISSUED|web|refresh_token|2");
    }

    @Test
    void whatWasCountedIsKeptFor400Days() {
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        clock.advance(Duration.ofHours(2));
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        counts.flush();
        clock.advance(AuditCounts.KEPT.minusMinutes(1));
        assertThat(counts.forget()).isTrue();
        assertThat(rows()).hasSize(1);
        assertThat(counts.forget()).isFalse();

        clock.advance(Duration.ofMinutes(2));
        assertThat(counts.forget()).isTrue();
        assertThat(rows()).isEmpty();
        assertThat(counts.forget()).isFalse();
    }

    @Test
    void aNodeWhoseClockIsWrongRemovesNoCount() {
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        counts.flush();
        TestClock ahead = new TestClock();
        ahead.advance(AuditCounts.KEPT.plusDays(1));

        assertThat(new AuditCounts(TestDatabase.database(), "web"::equals, ahead, entities -> clock.instant()).forget())
                .isFalse();
        assertThat(rows()).hasSize(1);
    }

    @Test
    void aSeriesHasAPointForEachStep() throws OAuthException {
        counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
        counts.count(AuditEvent.TOKEN_ISSUED, Map.of("grant", GrantType.CLIENT_CREDENTIALS));
        counts.count(AuditEvent.SIGNED_IN, Map.of("client", "web"));
        counts.count(AuditEvent.CLIENT_CHANGED, Map.of("client", "web"));
        counts.count(AuditEvent.BEARER_REFUSED, Map.of("reason", "expired"));
        clock.advance(Duration.ofMinutes(61));
        counts.count(AuditEvent.TOKEN_REFUSED, Map.of("error", ErrorCode.INVALID_CLIENT));
        counts.count(AuditEvent.INTROSPECTED, Map.of());
        counts.flush();

        Instant noon = TestClock.START;
        List<Statistics.Point> hours =
                statistics.series(noon.minusSeconds(1), noon.plus(Duration.ofHours(2)), Statistics.Step.HOUR);

        assertThat(hours)
                .extracting(Statistics.Point::from)
                .containsExactly(noon.minus(Duration.ofHours(1)), noon, noon.plus(Duration.ofHours(1)));
        assertThat(hours.get(0).signIns()).isZero();
        assertThat(hours.get(0).tokensIssued()).isZero();
        assertThat(hours.get(0).refused()).isZero();
        assertThat(hours.get(1).signIns()).isEqualTo(1);
        assertThat(hours.get(1).tokens())
                .containsOnly(Map.entry("refresh_token", 1L), Map.entry("client_credentials", 1L));
        assertThat(hours.get(1).refusals()).containsOnly(Map.entry("BEARER_REFUSED", 1L));
        assertThat(hours.get(2).introspections()).isEqualTo(1);
        assertThat(hours.get(2).refusals()).containsOnly(Map.entry("TOKEN_REFUSED invalid_client", 1L));
    }

    @ParameterizedTest
    @EnumSource(Statistics.Step.class)
    void aSeriesOfAnyStepCountsAll(Statistics.Step step) throws OAuthException {
        for (int i = 0; i < 100; i++) {
            counts.count(AuditEvent.TOKEN_ISSUED, ISSUED);
            clock.advance(Duration.ofMinutes(7));
        }
        counts.flush();

        assertThat(statistics.series(TestClock.START, clock.instant(), step).stream()
                        .mapToLong(Statistics.Point::tokensIssued)
                        .sum())
                .isEqualTo(100);
    }

    @Test
    void aSeriesIsNeitherEmptyNorEndless() throws OAuthException {
        Instant noon = TestClock.START;
        assertThatThrownBy(() -> statistics.series(noon, noon.minusSeconds(1), Statistics.Step.MINUTE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(statistics.series(noon, noon.plus(Duration.ofHours(25)), Statistics.Step.MINUTE))
                .hasSize(1_500);
        assertThatThrownBy(() -> statistics.series(noon, noon.plus(Duration.ofMinutes(1_501)), Statistics.Step.MINUTE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1500");
    }

    @Test
    void aSeriesThatTheDatabaseTakesTooLongForIsRefusedAndNoFault() {
        Statistics hasty = new Statistics(
                TestDatabase.database(),
                () -> new Statistics.Now(OptionalLong.empty(), OptionalLong.empty(), 0, 0, 0),
                clock,
                1_000);
        TestDatabase.execute("alter table audit_count rename to audit_count_away");
        TestDatabase.execute("create view audit_count as select 29146560 epoch_minute, 'SIGNED_IN' event, '' client_id,"
                + " '' reason, x times from system_range(1, 1000000000000)");
        try {
            assertThat(assertThrows(
                                    OAuthException.class,
                                    () -> hasty.series(
                                            TestClock.START.minusSeconds(60),
                                            TestClock.START.plusSeconds(60),
                                            Statistics.Step.MINUTE))
                            .code())
                    .isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        } finally {
            TestDatabase.execute("drop view audit_count");
            TestDatabase.execute("alter table audit_count_away rename to audit_count");
        }
    }

    @Test
    void whatThereIsNowIsCountedOnceInTenSeconds() {
        AtomicInteger asked = new AtomicInteger();
        Statistics counting = new Statistics(
                TestDatabase.database(),
                () -> new Statistics.Now(OptionalLong.empty(), OptionalLong.empty(), asked.incrementAndGet(), 0, 0),
                clock);

        assertThat(counting.now().clients()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(9));
        assertThat(counting.now().clients()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(counting.now().clients()).isEqualTo(2);
        assertThat(statistics.now().users()).isEqualTo(3);
    }

    @Test
    void whileSomebodyCountsOthersAreToldWhatWasCountedBefore() {
        AtomicInteger asked = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        AtomicReference<Statistics> counting = new AtomicReference<>();
        counting.set(new Statistics(
                TestDatabase.database(),
                () -> {
                    int clients = asked.incrementAndGet();
                    if (clients == 2) {
                        Parallel.run(1, () -> {
                            told.set((int) counting.get().now().clients());
                            return true;
                        });
                    }
                    return new Statistics.Now(OptionalLong.empty(), OptionalLong.empty(), clients, 0, 0);
                },
                clock));
        counting.get().now();
        clock.advance(Duration.ofSeconds(10));

        assertThat(counting.get().now().clients()).isEqualTo(2);

        assertThat(told).hasValue(1);
        assertThat(asked).hasValue(2);
    }
}

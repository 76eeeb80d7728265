package org.claviger.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.audit.AuditFixture.chain;
import static org.claviger.audit.AuditFixture.verify;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditChainTest {
    private static final Duration KEPT = Duration.ofDays(400);

    private final TestClock clock = new TestClock();
    private AuditChain node;

    @BeforeEach
    void empty() {
        Fixture.signingKey(); // whose fixture empties the database when it is first used
        AuditFixture.empty();
        node = chain(clock, KEPT);
    }

    private void events(int count) {
        for (int i = 0; i < count; i++) {
            AuditFixture.write(
                    clock, AuditEvent.CLIENT_CHANGED, Map.of("client", "client" + i, "by", "root", "members", "scope"));
        }
    }

    private void sealed(int count) {
        events(count);
        node.run();
        assertThat(verify(node).isWhole()).isTrue();
    }

    private static List<String> positions() {
        return TestDatabase.query("select chain_position from audit_event order by chain_position");
    }

    private static void assertPositions(int last) {
        assertThat(positions())
                .isEqualTo(IntStream.rangeClosed(1, last)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void whatWasWrittenIsSealedInOrderAndWhole() {
        events(3);
        assertThat(verify(node)).satisfies(found -> {
            assertThat(found.isWhole()).isTrue();
            assertThat(found.waiting().rows()).isEqualTo(3);
        });

        sealUntilNothingIsLeft();
        assertPositions(3);
        events(2);
        node.run();

        assertPositions(5);
        assertThat(verify(node)).satisfies(found -> {
            assertThat(found.isWhole()).isTrue();
            assertThat(found.waiting().rows()).isZero();
            assertThat(found.end().position()).isEqualTo(5);
        });
    }

    private void sealUntilNothingIsLeft() {
        int runs = 0;
        do {
            node.run();
        } while (verify(node).waiting().rows() > 0 && ++runs < 10);
    }

    @Test
    void sinceWhenNotAllOfItIsSealedIsToldByTheNodeThatSeals() {
        AuditChain other = chain(clock, KEPT);
        sealUntilNothingIsLeft();
        other.run();
        assertThat(node.isOurs()).isTrue();
        assertThat(other.isOurs()).isFalse();
        clock.advance(Duration.ofMinutes(7));
        assertThat(node.isOurs())
                .as("nobody has it for that long without a word")
                .isFalse();
        assertThat(node.unsealed()).isEqualTo(Duration.ofMinutes(7));
        assertThat(other.unsealed()).isZero();
        node.run();
        assertThat(node.unsealed()).isZero();

        TestDatabase.execute("update audit_chain set seal = '0' where name = 'head'");
        clock.advance(Duration.ofMinutes(7));
        node.run();

        assertThat(node.unsealed())
                .as("nothing is sealed after an end that somebody made")
                .isEqualTo(Duration.ofMinutes(7));
    }

    @Test
    void sinceWhenARowHasWaitedIsSaidByAVerification() {
        sealUntilNothingIsLeft();
        events(1);
        clock.advance(Duration.ofMinutes(7));
        events(1);
        assertThat(verify(node).waiting()).isEqualTo(new AuditChain.Waiting(2, Optional.of(TestClock.START)));

        node.run();

        assertThat(verify(node).waiting()).isEqualTo(new AuditChain.Waiting(0, Optional.empty()));
    }

    @Test
    void moreThanOneBatchIsSealedAndVerified() {
        TestDatabase.execute("insert into audit_event (event) select 'SIGNED_IN' from system_range(1, ?)", 1_200);

        sealUntilNothingIsLeft();

        assertThat(verify(node).end().position()).isEqualTo(1_200);
        assertThat(verify(node).isWhole()).isTrue();
    }

    @Test
    void aRowWhoseCommitWasLateIsSealedToo() {
        sealUntilNothingIsLeft();
        events(3);
        TestDatabase.execute("update audit_event set chain_position = -1 where id = (select min(id) from audit_event)");
        sealUntilNothingIsLeft(); // as if that row could not be seen yet
        TestDatabase.execute("update audit_event set chain_position = null where chain_position = -1");

        node.run();

        assertPositions(3);
        assertThat(verify(node).isWhole()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit_event set acted_by = 'mallory' where chain_position = 3",
                "update audit_event set details = '{}' where chain_position = 3",
                "update audit_event set subject = client_id, client_id = null where chain_position = 3",
                "update audit_event set occurred_at = occurred_at - interval '1' second where chain_position = 3",
                "update audit_event set mac = (select mac from audit_event where chain_position = 2) where chain_position = 3",
                "update audit_event set mac_key_version = 99 where chain_position = 3",
                "update audit_event set mac = null where chain_position = 3",
                "delete from audit_event where chain_position = 3",
                "update audit_event set chain_position = null where chain_position = 3"
            })
    void whatIsNotAsItWasSealedIsFoundWhereItIs(String tampering) {
        sealUntilNothingIsLeft();
        sealed(6);

        assertThat(TestDatabase.execute(tampering)).isEqualTo(1);

        assertThat(node.isBroken()).isFalse();
        assertThat(verify(node).brokenAt()).hasValue(3);
        assertThat(node.isBroken()).isTrue();
    }

    @Test
    void rowsInEachOthersPlaceAreFound() {
        sealUntilNothingIsLeft();
        sealed(6);

        TestDatabase.execute("update audit_event set chain_position = 99 where chain_position = 3");
        TestDatabase.execute("update audit_event set chain_position = 3 where chain_position = 4");
        TestDatabase.execute("update audit_event set chain_position = 4 where chain_position = 99");

        assertThat(verify(node).brokenAt()).hasValue(3);
    }

    @Test
    void aGapThatWasClosedIsFound() {
        sealUntilNothingIsLeft();
        sealed(4);

        TestDatabase.execute("delete from audit_event where chain_position = 2");
        TestDatabase.execute("update audit_event set chain_position = 2 where chain_position = 3");
        TestDatabase.execute("update audit_event set chain_position = 3 where chain_position = 4");

        assertThat(verify(node).brokenAt()).hasValue(2);
    }

    @Test
    void anEndThatWasCutOffIsFound() {
        sealUntilNothingIsLeft();
        sealed(6);

        TestDatabase.execute("delete from audit_event where chain_position > 4");

        assertThat(verify(node).brokenAt()).hasValue(5);
    }

    @Test
    void anEndThatWasCutOffByWhoKeptAnEarlierOneIsFoundByWhatTheLogHas() {
        sealUntilNothingIsLeft();
        sealed(4);
        String mac = TestDatabase.query("select mac from audit_chain where name = 'head'")
                .get(0);
        String seal = TestDatabase.query("select seal from audit_chain where name = 'head'")
                .get(0);
        events(2);
        node.run();
        AuditChain.End noted = verify(node).end();
        assertThat(noted.position()).isEqualTo(6);

        TestDatabase.execute("delete from audit_event where chain_position > 4");
        TestDatabase.execute(
                "update audit_chain set chain_position = 4, mac = ?, seal = ? where name = 'head'", mac, seal);

        assertThat(verify(node).isWhole()).isTrue();
        assertThat(node.verify(Optional.of(noted)).orElseThrow().brokenAt()).hasValue(5);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            node.run();
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0902");
        }
        events(2);
        node.run();
        assertThat(verify(node).isWhole()).isTrue();
        assertThat(node.isBroken())
                .as("what a look at all of it cannot find, it cannot find mended")
                .isTrue();
        assertThat(node.verify(Optional.of(noted)).orElseThrow().brokenAt())
                .as("position 6 is there again, and another row")
                .hasValue(6);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update audit_chain set chain_position = 2, mac = (select mac from audit_event where chain_position = 2) where name = 'anchor'",
                "update audit_chain set chain_position = 5, mac = (select mac from audit_event where chain_position = 5) where name = 'head'",
                "update audit_chain set seal = '' where name = 'head'",
                "update audit_chain set seal = '1.' where name = 'anchor'",
                "delete from audit_chain where name = 'anchor'",
                "delete from audit_chain"
            })
    void anEndThatNobodyHasSealedIsFound(String tampering) {
        sealUntilNothingIsLeft();
        sealed(6);

        TestDatabase.execute(tampering);

        assertThat(verify(node).isWhole()).isFalse();
    }

    @Test
    void nothingIsSealedAnewWhereAnEndIsMissing() {
        sealUntilNothingIsLeft();
        sealed(2);
        TestDatabase.execute("delete from audit_chain");
        events(1);

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            node.run();
            node.run();
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0902");
        }
        assertThat(verify(node).waiting().rows()).isEqualTo(1);
        assertThat(verify(node).isWhole()).isFalse();
    }

    @Test
    void nodesThatSealAtOnceMakeOneChain() {
        List<AuditChain> nodes = List.of(chain(clock, KEPT), chain(clock, KEPT), chain(clock, KEPT));
        nodes.get(0).seal(); // the beginning
        AtomicInteger next = new AtomicInteger();
        for (int round = 0; round < 10; round++) {
            events(5);
            Parallel.run(3, () -> nodes.get(next.getAndIncrement() % 3).seal());
        }
        node.seal();

        assertPositions(50);
        assertThat(verify(node).isWhole()).isTrue();
    }

    @Test
    void nodesThatBeginAtOnceMakeOneChain() {
        events(3);

        Parallel.run(4, () -> chain(clock, KEPT).seal());
        node.seal();
        node.seal();

        assertPositions(3);
        assertThat(verify(node).isWhole()).isTrue();
    }

    @Test
    void anotherNodeSealsOnceTheFirstHasStopped() {
        AuditChain other = chain(clock, KEPT);
        sealUntilNothingIsLeft();
        events(1);

        clock.advance(Duration.ofSeconds(4));
        other.run();
        assertThat(verify(node).waiting().rows()).isEqualTo(1);

        clock.advance(Duration.ofSeconds(10));
        other.run();
        assertThat(verify(node).waiting().rows()).isZero();
        assertThat(verify(node).isWhole()).isTrue();
    }

    @Test
    void anEndThatWasCutOffWhileAnotherNodeSealedIsFoundByWhoSealedBefore() {
        sealUntilNothingIsLeft();
        sealed(4);
        List<String> earlier = TestDatabase.query("select mac from audit_chain where name = 'head'"
                + " union all select seal from audit_chain where name = 'head'");
        events(2);
        node.run();
        clock.advance(Duration.ofSeconds(11));
        AuditChain other = chain(clock, KEPT);
        other.run();
        node.run();
        assertThat(other.isOurs()).isTrue();
        TestDatabase.execute("delete from audit_event where chain_position > 4");
        TestDatabase.execute(
                "update audit_chain set chain_position = 4, mac = ?, seal = ? where name = 'head'",
                earlier.get(0),
                earlier.get(1));
        clock.advance(Duration.ofSeconds(11)); // and the other has stopped

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            node.run();
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0902");
        }
    }

    @Test
    void whatAnotherNodeHasSealedMeanwhileIsNoBreak() {
        sealUntilNothingIsLeft();
        sealed(4);
        clock.advance(Duration.ofSeconds(11));
        AuditChain other = chain(clock, KEPT);
        events(2);
        other.run();
        node.run();
        clock.advance(Duration.ofSeconds(11));
        events(1);
        node.run();

        assertPositions(7);
        assertThat(node.isBroken()).isFalse();
    }

    @Test
    void whatIsTooOldGoesAndTheRestIsWhole() {
        AuditChain brief = chain(clock, Duration.ofDays(30));
        brief.run();
        events(3);
        clock.advance(Duration.ofDays(20));
        events(2);
        brief.run();
        assertThat(verify(brief).begin().position()).isZero();

        clock.advance(Duration.ofDays(11));
        events(1);
        brief.run();

        assertThat(positions()).containsExactly("4", "5", "6");
        assertThat(verify(brief)).satisfies(found -> {
            assertThat(found.isWhole()).isTrue();
            assertThat(found.begin().position()).isEqualTo(3);
        });
        clock.advance(Duration.ofDays(60));
        brief.run();
        assertThat(positions()).isEmpty();
        assertThat(verify(brief).isWhole()).isTrue();
        events(1);
        clock.advance(Duration.ofSeconds(1));
        brief.run();
        assertThat(positions()).containsExactly("7");
        assertThat(verify(brief).isWhole()).isTrue();
    }

    @Test
    void whoRemovesWhatIsNotTooOldIsFoundAlsoAfterSomethingWas() {
        AuditChain brief = chain(clock, Duration.ofDays(30));
        brief.run();
        events(3);
        clock.advance(Duration.ofDays(31));
        events(3);
        brief.run();
        assertThat(positions()).containsExactly("4", "5", "6");

        TestDatabase.execute("delete from audit_event where chain_position = 4");

        assertThat(verify(brief).brokenAt()).hasValue(4);
    }

    @Test
    void whoSetsTheTimeOfSealedRowsBackDoesNotHaveThemRemoved() {
        sealUntilNothingIsLeft();
        sealed(4);
        TestDatabase.execute("update audit_event set occurred_at = timestamp with time zone '1971-01-01 00:00:00+00'"
                + " where chain_position <= 3");

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(node.forget()).isFalse();
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0902");
        }

        assertPositions(4);
        assertThat(verify(node).brokenAt()).hasValue(1);
    }

    @Test
    void anEndThatNobodyHasSealedIsNotMadeTrueByWhatComesNext() {
        sealUntilNothingIsLeft();
        sealed(6);
        TestDatabase.execute("delete from audit_event where chain_position > 3");
        TestDatabase.execute("update audit_chain set chain_position = 3, seal = '1.junk',"
                + " mac = (select mac from audit_event where chain_position = 3) where name = 'head'");
        events(1);

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            node.run();
            node.run();
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0902");
        }

        assertPositionsBesideOneThatIsNotSealed(3);
        assertThat(verify(node).isWhole()).isFalse();
    }

    private static void assertPositionsBesideOneThatIsNotSealed(int last) {
        assertThat(TestDatabase.query("select count(*) from audit_event where chain_position is null"))
                .containsExactly("1");
        assertThat(TestDatabase.query("select max(chain_position) from audit_event"))
                .containsExactly(Integer.toString(last));
    }

    @Test
    void aBeginningThatNobodyHasSealedIsNotMadeTrueByRemoval() {
        AuditChain brief = chain(clock, Duration.ofDays(30));
        brief.run();
        events(4);
        brief.run();
        clock.advance(Duration.ofDays(31));
        TestDatabase.execute("delete from audit_event where chain_position <= 2");
        TestDatabase.execute("update audit_chain set chain_position = 2,"
                + " mac = (select mac from audit_event where chain_position = 3) where name = 'anchor'");

        assertThat(brief.forget()).isFalse();

        assertThat(positions()).containsExactly("3", "4");
        assertThat(verify(brief).isWhole()).isFalse();
    }

    @Test
    void aBreakIsToldThoughTheBeginningMovesMeanwhile() {
        AuditChain brief = chain(clock, Duration.ofDays(30));
        brief.run();
        for (int i = 0; i < 6; i++) {
            events(1);
            clock.advance(Duration.ofDays(1));
        }
        brief.run();
        TestDatabase.execute("update audit_event set acted_by = 'mallory' where chain_position = 6");
        clock.advance(Duration.ofDays(24));
        AtomicInteger looks = new AtomicInteger();
        AuditChain looking = chain(clock, KEPT, text -> {
            if (text.contains("\n6\n") && !text.startsWith("head\n")) {
                looks.incrementAndGet();
                clock.advance(Duration.ofDays(1));
                brief.forget();
            }
        });

        assertThat(verify(looking).brokenAt()).hasValue(6);

        assertThat(verify(brief).begin().position()).isPositive();
        assertThat(looks).hasValue(1);
    }

    @Test
    void whatIsRemovedWhileSomebodyLooksIsNotMissing() {
        AuditChain brief = chain(clock, Duration.ofDays(30));
        brief.run();
        events(3);
        clock.advance(Duration.ofDays(31));
        events(1);
        brief.seal();
        AtomicInteger looks = new AtomicInteger();
        AuditChain looking = chain(clock, KEPT, text -> {
            if (text.startsWith("head\n") && looks.getAndIncrement() == 0) {
                brief.forget();
            }
        });

        assertThat(verify(looking)).satisfies(found -> {
            assertThat(found.isWhole()).isTrue();
            assertThat(found.begin().position()).isEqualTo(3);
        });
    }

    @Test
    void anAuditThatWasEmptiedIsNotTakenForANewOne() {
        sealUntilNothingIsLeft();
        sealed(6);
        TestDatabase.execute("delete from audit_event");
        TestDatabase.execute("delete from audit_chain");
        clock.advance(Duration.ofHours(2));
        AuditChain started = chain(clock, KEPT);
        events(1);

        assertThat(verify(started)).satisfies(found -> {
            assertThat(found.brokenAt()).hasValue(1);
            assertThat(found.problem()).contains("both ends");
        });
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            started.run();
            started.run();
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0902");
            assertThat(log.records().get(0).getParameters()[0].toString()).contains("both its ends");
        }
        assertThat(positions()).containsExactly((String) null);
        assertThat(started.isBroken()).isTrue();
    }

    @Test
    void eachBreakIsSaid() {
        sealUntilNothingIsLeft();
        sealed(4);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            TestDatabase.execute("update audit_chain set seal = '1.junk' where name = 'head'");
            node.run();
            node.run();
            TestDatabase.execute("delete from audit_chain where name = 'anchor'");
            node.run();
            node.run();

            assertThat(log.records())
                    .extracting(record -> record.getParameters()[0].toString())
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("has an end that is not the one that was sealed"),
                            second -> assertThat(second).startsWith("has lost one of its ends"));
        }
    }

    @Test
    void aBreakIsOverWhenAllOfItIsFoundWholeAgainAndTheNextIsSaid() {
        sealUntilNothingIsLeft();
        sealed(4);
        String seal = TestDatabase.query("select seal from audit_chain where name = 'head'")
                .get(0);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            for (int i = 0; i < 2; i++) {
                TestDatabase.execute("update audit_chain set seal = '1.junk' where name = 'head'");
                node.run();
                assertThat(verify(node).isWhole()).isFalse();
                TestDatabase.execute("update audit_chain set seal = ? where name = 'head'", seal);
                assertThat(node.isBroken()).isTrue();
                assertThat(verify(node).isWhole()).isTrue();
                assertThat(node.isBroken()).isFalse();
            }

            assertThat(log.lines()).hasSize(2).allMatch(line -> line.startsWith("CLAVIGER-0902"));
        }
    }

    @Test
    void theLogHasTheEndAlsoAfterTheClockWasSetBack() {
        node.run();
        clock.advance(Duration.ofDays(1));
        node.run();
        events(2);
        node.run();
        clock.set(TestClock.START);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            node.run();

            assertThat(log.records())
                    .anySatisfy(record -> assertThat(record.getMessage()).startsWith("CLAVIGER-0901"));
        }
    }

    @Test
    void theLogHasTheEndFromTimeToTime() {
        node.run();
        events(2);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            clock.advance(Duration.ofHours(1));
            node.run();
            clock.advance(Duration.ofMinutes(59));
            node.run();
            clock.advance(Duration.ofMinutes(1));
            node.run(); // nothing is new
            events(1);
            clock.advance(Duration.ofHours(1));
            node.run();

            String end = TestDatabase.query("select mac from audit_event where chain_position = 3")
                    .get(0);
            List<LogRecord> ends = log.records().stream()
                    .filter(record -> record.getMessage().startsWith("CLAVIGER-0901"))
                    .toList();
            assertThat(ends).hasSize(2);
            assertThat(ends.get(1).getParameters()).containsExactly("3", end);
        }
    }
}

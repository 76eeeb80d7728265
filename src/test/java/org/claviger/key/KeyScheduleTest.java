package org.claviger.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.claviger.TestClock;
import org.claviger.jose.KeyType;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.key.KeyLife.State;
import org.claviger.settings.KeySettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** REQUIREMENTS J8, by simulation: an hour or more of several nodes, second by second. */
class KeyScheduleTest {
    private static final KeyType RS256 = KeyType.of(SigningAlgorithm.RS256, 2048);
    private static final KeyType ES256 = KeyType.of(SigningAlgorithm.ES256, 0);
    private static final Instant START = TestClock.START;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 200);
    }

    /** What all nodes have in common: the stored keys, the instants of all events, and what the world saw. */
    private static final class World {
        final Random random;
        final Duration cache;
        final Duration tokenLife;
        List<KeyLife> stored = List.of();
        long version;
        boolean databaseAway;
        int made;
        int second;

        /** By kid: the seconds in which some node served a set without it; of those before it was made, the last. */
        final Map<String, NavigableSet<Integer>> without = new HashMap<>();

        /** Keys of which there may be living tokens; the list is longer than that. */
        final Set<String> alive = new HashSet<>();

        /** When the database was last away. */
        Instant lastAway = Instant.MIN;

        /**
         * Keys of which verifiers could not know, because nodes were up all the time, but not the database: made at once when it was
         * back, or just before it went.
         */
        final Set<String> tooLate = new HashSet<>();

        final List<Token> tokens = new ArrayList<>();
        int lastServed = Integer.MIN_VALUE;

        World(long seed) {
            random = new Random(seed);
            cache = seconds(random.nextInt(200));
            tokenLife = seconds(1 + random.nextInt(random.nextBoolean() ? 60 : 3_600));
        }

        Instant now() {
            return START.plusSeconds(second);
        }
    }

    private record Token(String kid, int issued) {}

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** One node: its clock may be wrong by a second, and it may miss a poll. */
    private static final class Node {
        private final World world;
        private final Duration clockError;
        private boolean up;
        private List<KeyLife> known = List.of();
        private long version;
        private boolean missed;
        private List<KeyLife> seen;
        private Instant until = Instant.MIN;
        private Optional<KeyLife> signer = Optional.empty();
        private Optional<Instant> due = Optional.empty();
        private Set<String> published = Set.of();
        private KeySchedule schedule;
        private KeyType wanted;

        Node(World world) {
            this.world = world;
            this.clockError = Duration.ofMillis(world.random.nextInt(2_001) - 1_000);
        }

        Instant now() {
            return world.now().plus(clockError);
        }

        /** With settings that may differ from those of before, and from those of other nodes. */
        void start() {
            Duration announcement = world.cache.plus(KeySettings.PROPAGATION);
            schedule = new KeySchedule(
                    announcement.plusSeconds(30 + world.random.nextInt(600)), announcement, world.tokenLife);
            wanted = world.random.nextInt(4) == 0 ? ES256 : RS256;
            read();
            seen = null;
            rotateIfDue(true);
            read();
            up = true;
        }

        void read() {
            known = world.stored;
            version = world.version;
        }

        /** What follows from what it knows until something changes, as a real node keeps it too. */
        void look() {
            if (known != seen || !now().isBefore(until)) {
                seen = known;
                signer = schedule.signer(known, now());
                due = schedule.announcementDue(known, wanted, now());
                published = known.stream()
                        .filter(key -> key.isPublished(now()))
                        .map(KeyLife::kid)
                        .collect(Collectors.toSet());
                until = schedule.nextChange(known, now()).orElse(Instant.MAX);
                assertThat(known.stream().filter(key -> schedule.state(known, key, now()) == State.SIGNING))
                        .as("the keys that sign in second %s of %s", world.second, known)
                        .hasSize(signer.isPresent() ? 1 : 0);
            }
        }

        void rotateIfDue(boolean starting) {
            look();
            if (due.filter(instant -> !now().isBefore(instant)).isPresent()) {
                Instant signsFrom = schedule.signsFrom(known, starting, now());
                boolean atOnce = signsFrom.equals(now());
                if (atOnce
                        && (!starting
                                || signer.filter(this::wasServedWithoutDatabase).isPresent())) {
                    world.tooLate.add("key" + world.made);
                }
                make(signsFrom);
                read();
                look();
            }
        }

        /** While its successor should have been announced. */
        private boolean wasServedWithoutDatabase(KeyLife key) {
            return world.lastAway.isAfter(
                    key.retiredAt().minus(schedule.announcement()).minusSeconds(3));
        }

        void make(Instant signsFrom) {
            lacking("key" + world.made).add(world.lastServed);
            KeyLife fresh = new KeyLife(
                    "key" + world.made++,
                    "default",
                    wanted,
                    now(),
                    signsFrom,
                    signsFrom.plus(schedule.period()),
                    Optional.empty());
            write(schedule.with(known, fresh, now()));
        }

        /** Only on top of what it has read, as the conditional update sees to. */
        void write(List<KeyLife> line) {
            if (version == world.version) {
                world.stored = line.stream()
                        .filter(key -> now().isBefore(key.expiresAt().plusSeconds(10)))
                        .toList();
                world.version++;
                world.stored.forEach(key -> world.alive.add(key.kid()));
                world.alive.removeIf(kid -> world.without.get(kid).size() > 100);
            }
        }

        void live() {
            missed = world.databaseAway || (!missed && world.random.nextInt(20) == 0);
            if (!missed) {
                read();
                rotateIfDue(false);
                if (world.random.nextInt(400) == 0
                        && schedule.announced(known, now()).isEmpty()) {
                    make(now().plus(schedule.announcement())); // an administrator rotates now
                }
            }
            serve();
        }

        private void serve() {
            world.lastServed = world.second;
            look();
            assertThat(signer.isPresent() || missed)
                    .as("who cannot sign cannot reach the database, in second %s of %s", world.second, known)
                    .isTrue();
            signer.filter(key -> !world.tooLate.contains(key.kid()))
                    .ifPresent(key -> world.tokens.add(new Token(key.kid(), world.second)));
            for (String kid : world.alive) {
                if (!published.contains(kid)) {
                    lacking(kid).add(world.second);
                }
            }
        }

        private NavigableSet<Integer> lacking(String kid) {
            return world.without.computeIfAbsent(kid, none -> new TreeSet<>());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void j8AlwaysOneKeySignsAndNoTokenMeetsAVerifierThatCannotKnowItsKey(long seed) {
        World world = new World(seed);
        List<Node> nodes = new ArrayList<>(List.of(new Node(world), new Node(world), new Node(world)));
        int end = 3_600 + world.random.nextInt(3_600);
        int databaseBack = 0;
        for (world.second = 0; world.second < end; world.second++) {
            if (!world.databaseAway && world.random.nextInt(2_000) == 0) {
                world.databaseAway = true;
                world.stored.stream()
                        .filter(key -> key.announcedAt().isAfter(world.now().minus(KeySettings.PROPAGATION)))
                        .forEach(key -> world.tooLate.add(key.kid()));
                databaseBack = world.second + world.random.nextInt(400);
            } else if (world.databaseAway && world.second >= databaseBack) {
                world.databaseAway = false;
                databaseBack = world.second;
            }
            if (world.databaseAway) {
                world.lastAway = world.now();
            }
            for (Node node : nodes) {
                if (node.up) {
                    node.live();
                    // Now and then all go down, for longer than anything may be cached.
                    node.up = world.random.nextInt(500) > 0 && world.second % 1_700 != 1_699;
                } else if (!world.databaseAway
                        && world.second > databaseBack + 2 // to start takes longer than to read again
                        && (world.second == 0 || world.random.nextInt(300) == 0)) {
                    node.start();
                }
            }
        }

        assertThat(world.made).isGreaterThan(3);
        int life = (int) world.tokenLife.toSeconds();
        int cache = (int) world.cache.toSeconds();
        for (Token token : world.tokens) {
            NavigableSet<Integer> without = world.without.getOrDefault(token.kid, new TreeSet<>());
            Integer fetched = without.ceiling(token.issued - cache);
            assertThat(fetched != null && fetched < token.issued + life)
                    .as("the key of %s was not in the set of second %s", token, fetched)
                    .isFalse();
        }
    }

    private static final KeySchedule HOURLY = new KeySchedule(Duration.ofHours(1), Duration.ofMinutes(10), seconds(60));

    private static KeyLife key(String kid, int announced, int signsFrom, int retired) {
        return new KeyLife(kid, "default", RS256, at(announced), at(signsFrom), at(retired), Optional.empty());
    }

    private static Instant at(int minute) {
        return START.plus(Duration.ofMinutes(minute));
    }

    private static List<State> states(List<KeyLife> line, int minute) {
        return line.stream().map(key -> HOURLY.state(line, key, at(minute))).toList();
    }

    @Test
    void aKeyIsAnnouncedSignsRetiresAndExpires() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60), key("b", 50, 60, 120));

        assertThat(states(line, 0)).startsWith(State.SIGNING);
        assertThat(states(line, 59)).containsExactly(State.SIGNING, State.ANNOUNCED);
        assertThat(states(line, 60)).containsExactly(State.RETIRED, State.SIGNING);
        assertThat(states(line, 120)).containsExactly(State.RETIRED, State.SIGNING);
        assertThat(states(line, 121)).containsExactly(State.EXPIRED, State.SIGNING);
    }

    @Test
    void theSuccessorIsDueSoThatItSignsWhenTheSignerRetires() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60));

        assertThat(HOURLY.announcementDue(line, RS256, at(0))).contains(at(50));
        assertThat(HOURLY.signsFrom(line, false, at(50))).isEqualTo(at(60));
        assertThat(HOURLY.with(line, key("b", 50, 60, 0), at(50)))
                .containsExactly(key("a", 0, 0, 60), key("b", 50, 60, 120));
        assertThat(HOURLY.announcementDue(List.of(key("a", 0, 0, 60), key("b", 50, 60, 120)), RS256, at(55)))
                .isEmpty();
    }

    @Test
    void anotherTypeThanWantedIsARotationLikeAnyOther() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60));

        assertThat(HOURLY.announcementDue(line, ES256, at(1))).contains(at(1));
        assertThat(HOURLY.signsFrom(line, false, at(1))).isEqualTo(at(11));
    }

    @Test
    void whoComesUpInTimeAnnouncesLateAndTheSignerGoesOn() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60));

        assertThat(HOURLY.signsFrom(line, true, at(55))).isEqualTo(at(65));
        assertThat(HOURLY.with(line, key("b", 55, 65, 0), at(55)))
                .containsExactly(key("a", 0, 0, 65), key("b", 55, 65, 125));
    }

    @Test
    void ifNobodyWasUpInTimeAFreshKeySignsAtOnce() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60));

        assertThat(HOURLY.signsFrom(line, true, at(61))).isEqualTo(at(61));
        assertThat(HOURLY.signsFrom(line, true, at(6_000))).isEqualTo(at(6_000));
        assertThat(HOURLY.signsFrom(List.of(), true, at(0))).isEqualTo(at(0));
    }

    @Test
    void whoWasUpWithoutTheDatabaseDoesNotSurpriseItsVerifiers() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60));

        assertThat(HOURLY.signer(line, at(90))).contains(line.get(0));
        assertThat(HOURLY.signsFrom(line, false, at(90))).isEqualTo(at(100));
    }

    @Test
    void withoutASuccessorAKeySignsAsLongAsItsTokensVerifyEverywhere() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60));

        assertThat(HOURLY.signer(line, at(119))).isPresent();
        assertThat(HOURLY.signer(line, at(120))).isEmpty();
        assertThat(line.get(0).isPublished(at(120))).isTrue();
        assertThat(HOURLY.signsFrom(line, false, at(120))).isEqualTo(at(120));
    }

    @Test
    void aSignerThatIsRetiredHandsOverToItsSuccessorAsSoonAsAllNodesKnow() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60), key("b", 50, 60, 120));

        List<KeyLife> retired = HOURLY.retired(line, line.get(0), at(51));

        Instant switched = at(51).plus(KeySettings.PROPAGATION);
        assertThat(retired)
                .extracting(KeyLife::signsFrom, KeyLife::retiredAt)
                .containsExactly(tuple(at(0), switched), tuple(switched, switched.plus(Duration.ofHours(1))));
        assertThat(states(retired, 52)).containsExactly(State.RETIRED, State.SIGNING);
    }

    @Test
    void anAnnouncedKeyThatIsRetiredNeverSigns() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60), key("b", 50, 60, 120));

        List<KeyLife> retired = HOURLY.retired(line, line.get(1), at(51));

        assertThat(states(retired, 51)).containsExactly(State.SIGNING, State.RETIRED);
        assertThat(states(retired, 61)).containsExactly(State.SIGNING, State.RETIRED);
        assertThat(HOURLY.announcementDue(retired, RS256, at(51)).orElseThrow()).isBeforeOrEqualTo(at(51));
        assertThat(HOURLY.retired(retired, retired.get(1), at(52))).isEqualTo(retired);
    }

    @Test
    void aCompromisedKeyIsOver() {
        List<KeyLife> line = List.of(key("a", 0, 0, 60), key("b", 50, 60, 120));

        KeyLife compromised = line.get(1).compromisedAt(at(70));

        assertThat(compromised.retiredAt()).isEqualTo(at(70));
        assertThat(compromised.expiresAt()).isEqualTo(at(70));
        assertThat(compromised.isPublished(at(69))).isFalse();
        assertThat(compromised.isValid()).isFalse();
        assertThat(line.get(0).compromisedAt(at(70)).retiredAt()).isEqualTo(at(60));
    }
}

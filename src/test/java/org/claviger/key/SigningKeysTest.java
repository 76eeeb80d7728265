package org.claviger.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.keyWrap;
import static org.claviger.Fixture.refusal;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import java.math.BigInteger;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.claviger.CapturedLog;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.WatchedClock;
import org.claviger.jose.JwkSet;
import org.claviger.jose.KeyType;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.jose.SigningKey;
import org.claviger.key.KeyLife.State;
import org.claviger.key.SigningKeys.Listed;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.KeySettings;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeysTest {
    /** Made in a millisecond. */
    private static final String[] ES256 = {"claviger.keys.algorithm", "ES256"};

    private static final Duration ANNOUNCEMENT = Duration.ofMinutes(35).plus(KeySettings.PROPAGATION);
    private static final Duration PERIOD = Duration.ofDays(30);

    private final TestClock clock = new TestClock();

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    private SigningKeys load(String... settings) {
        return load(settings(settings), keyWrap());
    }

    private SigningKeys load(Settings settings, KeyWrap wrap) {
        return SigningKeys.load(
                () -> settings,
                TestDatabase.database(),
                wrap,
                RANDOM,
                new WatchedClock(clock, TestDatabase.database()));
    }

    private static SigningKey signer(SigningKeys keys) {
        try {
            return keys.current(Optional.empty());
        } catch (OAuthException refused) {
            throw new IllegalStateException(refused);
        }
    }

    private static String kid(SigningKeys keys) {
        return signer(keys).kid();
    }

    private static List<State> states(SigningKeys keys) {
        return keys.list().stream().map(Listed::state).toList();
    }

    private static void work(SigningKeys keys) {
        keys.refresh();
        keys.rotateIfDue(Set.of());
    }

    @Test
    void loadingTwiceGivesTheSameKeys() {
        SigningKeys first = load(ES256);
        SigningKeys second = load(ES256);

        assertThat(signer(second)).isEqualTo(signer(first));
        assertThat(second.published().toJson()).isEqualTo(first.published().toJson());
    }

    @Test
    void nodesThatStartTogetherAgree() {
        List<String> nodes = Parallel.run(6, () -> kid(load(ES256)));

        assertThat(nodes).hasSize(6).containsOnly(kid(load(ES256)));
        assertThat(TestDatabase.query("select kid from signing_key")).hasSize(1);
    }

    @Test
    void j7TheKeyThatSignsIsPublishedWithoutItsPrivateHalf() {
        SigningKeys keys = load();
        RSAPrivateCrtKey signing = (RSAPrivateCrtKey) signer(keys).privateKey();

        assertThat(keys.published().find(kid(keys))).hasValueSatisfying(published -> {
            RSAPublicKey key = (RSAPublicKey) published.publicKey();
            assertThat(key.getModulus()).isEqualTo(signing.getModulus());
            assertThat(key.getModulus().bitLength()).isEqualTo(2048);
            assertThat(published.algorithm()).isEqualTo(SigningAlgorithm.RS256);
        });
        assertThat(json(keys.published().toJson()).getJsonArray("keys").getValuesAs(JsonObject.class))
                .singleElement()
                .satisfies(jwk ->
                        assertThat(jwk.keySet()).containsExactlyInAnyOrder("kty", "n", "e", "kid", "use", "alg"));
    }

    @Test
    void j10NoPrivateMemberStandsInTheDatabaseInClear() {
        SigningKeys keys = load();
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) signer(keys).privateKey();
        String dump = TestDatabase.dump();

        assertThat(dump).contains(kid(keys)).doesNotContain("PRIVATE KEY");
        assertThat(dump)
                .doesNotContain(
                        Base64.getUrlEncoder().encodeToString(key.getEncoded()).substring(100, 140))
                .doesNotContain(
                        Base64.getEncoder().encodeToString(key.getEncoded()).substring(100, 140));
        for (BigInteger member : List.of(
                key.getPrivateExponent(),
                key.getPrimeP(),
                key.getPrimeQ(),
                key.getPrimeExponentP(),
                key.getPrimeExponentQ(),
                key.getCrtCoefficient())) {
            byte[] bytes = member.toByteArray();
            assertThat(dump.toLowerCase(Locale.ROOT))
                    .doesNotContain(HexFormat.of().formatHex(bytes).substring(10, 40));
            for (int offset = 0; offset < 3; offset++) {
                byte[] some = Arrays.copyOfRange(bytes, 10 + offset, 40 + offset);
                assertThat(dump)
                        .doesNotContain(Base64.getUrlEncoder().encodeToString(some))
                        .doesNotContain(Base64.getEncoder().encodeToString(some));
            }
        }
    }

    @Test
    void aPrivateKeyUnderAnotherKidDoesNotOpen() {
        load(ES256);
        TestDatabase.execute("update signing_key set kid = 'another'");

        assertThatIllegalStateException().isThrownBy(() -> load(ES256));
    }

    // --- Rotation ---

    @Test
    void j8AKeyIsAnnouncedBeforeItSignsAndPublishedUntilItsLastTokenIsOver() {
        SigningKeys keys = load(ES256);
        String first = kid(keys);
        clock.advance(PERIOD.minus(ANNOUNCEMENT).minusSeconds(1));
        work(keys);
        assertThat(states(keys)).containsExactly(State.SIGNING);

        clock.advance(Duration.ofSeconds(1));
        work(keys);
        assertThat(states(keys)).containsExactly(State.SIGNING, State.ANNOUNCED);
        assertThat(kid(keys)).isEqualTo(first);
        String second = keys.list().get(1).life().kid();
        assertThat(keys.published().find(second)).isPresent();

        clock.advance(ANNOUNCEMENT.minusMillis(1));
        assertThat(kid(keys)).isEqualTo(first);
        clock.advance(Duration.ofMillis(1)); // nothing runs: the clock alone says who signs
        assertThat(kid(keys)).isEqualTo(second);
        assertThat(states(keys)).containsExactly(State.RETIRED, State.SIGNING);

        clock.advance(Duration.ofMinutes(61).minusMillis(1));
        assertThat(keys.published().find(first)).isPresent();
        clock.advance(Duration.ofMillis(1));
        assertThat(keys.published().find(first)).isEmpty();
        assertThat(states(keys)).containsExactly(State.EXPIRED, State.SIGNING);
    }

    @Test
    void ofManyNodesOneAnnounces() {
        List<SigningKeys> nodes =
                IntStream.range(0, 6).mapToObj(i -> load(ES256)).toList();
        for (int period = 1; period <= 5; period++) {
            clock.advance(PERIOD);
            Parallel.run(6, new java.util.concurrent.Callable<Boolean>() {
                private final java.util.concurrent.atomic.AtomicInteger next =
                        new java.util.concurrent.atomic.AtomicInteger();

                @Override
                public Boolean call() {
                    work(nodes.get(next.getAndIncrement()));
                    return true;
                }
            });
            nodes.forEach(SigningKeys::refresh);
            assertThat(TestDatabase.query("select max(serial_number) from signing_key"))
                    .containsExactly(Integer.toString(period + 1));
            assertThat(nodes)
                    .extracting(node -> node.published().toJson())
                    .containsOnly(nodes.get(0).published().toJson());
            clock.advance(ANNOUNCEMENT);
            assertThat(nodes).extracting(SigningKeysTest::kid).containsOnly(kid(nodes.get(0)));
        }
    }

    @Test
    void aNodeThatWasDownCatchesUp() {
        SigningKeys running = load(ES256);
        SigningKeys asleep = load(ES256);
        clock.advance(PERIOD.minusMinutes(30));
        work(running);
        clock.advance(Duration.ofDays(1));

        asleep.refresh();

        assertThat(kid(asleep)).isEqualTo(kid(running)).isEqualTo(kid(load(ES256)));
    }

    @Test
    void ifNobodyWasUpInTimeAFreshKeySignsAtOnce() {
        String first = kid(load(ES256));
        clock.advance(PERIOD.plusSeconds(1));

        SigningKeys keys = load(ES256);

        assertThat(kid(keys)).isNotEqualTo(first);
        assertThat(keys.published().find(first)).isPresent();
        assertThat(states(keys)).containsExactly(State.RETIRED, State.SIGNING);
    }

    @Test
    void whoeverWasUpWithoutTheDatabaseAnnouncesFirst() {
        SigningKeys keys = load(ES256);
        String first = kid(keys);
        clock.advance(PERIOD.plusMinutes(20));
        assertThat(kid(keys)).isEqualTo(first);

        work(keys);

        assertThat(kid(keys)).isEqualTo(first);
        assertThat(states(keys)).containsExactly(State.SIGNING, State.ANNOUNCED);
    }

    @Test
    void aNodeThatIsAloneForTooLongIssuesNothing() {
        SigningKeys keys = load(ES256);
        clock.advance(PERIOD.plusMinutes(45));
        assertThat(keys.problem()).isEmpty();
        clock.advance(Duration.ofMillis(1));

        assertThat(refusal(() -> keys.current(Optional.empty())).code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        assertThat(keys.problem()).contains("no key can sign");
        assertThat(keys.published().toJson()).contains("\"kid\"");
    }

    @Test
    void whatCannotSignAnyMoreHasNoPrivateHalfAndWhatIsLongOverIsForgotten() throws OAuthException {
        SigningKeys keys = load(ES256);
        String first = kid(keys);
        keys.rotate("root");
        clock.advance(ANNOUNCEMENT.plusMinutes(59));
        keys.rotate("root");
        assertThat(TestDatabase.query("select wrapped_private_key from signing_key"))
                .hasSize(3)
                .doesNotContain("");
        clock.advance(ANNOUNCEMENT.plusMinutes(2));
        keys.rotate("root");
        assertThat(states(keys)).containsExactly(State.EXPIRED, State.RETIRED, State.SIGNING, State.ANNOUNCED);
        assertThat(TestDatabase.query("select wrapped_private_key from signing_key where kid = ?", first))
                .containsExactly("");
        assertThat(kid(load(ES256))).isEqualTo(kid(keys));

        clock.advance(Duration.ofDays(1));
        keys.rotate("root");

        assertThat(TestDatabase.query("select kid from signing_key")).hasSize(4).doesNotContain(first);
    }

    @Test
    void theSetIsTheSameObjectUntilItChanges() {
        SigningKeys keys = load(ES256);
        JwkSet before = keys.published();
        clock.advance(Duration.ofDays(1));
        assertThat(keys.published()).isSameAs(before);
        clock.advance(PERIOD.minusDays(1));
        assertThat(keys.published()).isSameAs(before);
        work(keys);
        assertThat(keys.published()).isNotSameAs(before);
    }

    @Test
    void atTheInstantsOfARotationNothingIsAskedOfTheDatabase() {
        SigningKeys keys = load(ES256);
        clock.advance(PERIOD.minus(ANNOUNCEMENT));
        work(keys);
        int statements = TestDatabase.statements();
        clock.advance(ANNOUNCEMENT);

        kid(keys);
        keys.published();

        assertThat(TestDatabase.statements()).isEqualTo(statements);
    }

    @Test
    void aClockThatIsWrongMakesNoKey() {
        WatchedClock wrong = new WatchedClock(clock, TestDatabase.database());
        SigningKeys keys = SigningKeys.load(() -> settings(ES256), TestDatabase.database(), keyWrap(), RANDOM, wrong);
        clock.advance(PERIOD);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            wrong.refresh();
            assertThat(log.lines()).hasSize(1);
        }

        keys.rotateIfDue(Set.of());

        assertThat(states(keys)).hasSize(1);
        assertThat(refusal(() -> keys.current(Optional.empty())).code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        assertThat(refusal(() -> keys.rotate("root")).code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
    }

    // --- Algorithms ---

    @ParameterizedTest
    @CsvSource({"RS256, 3072", "PS256, 2048", "ES256, 256", "EdDSA, 256"})
    void anotherAlgorithmIsARotationLikeAnyOther(String algorithm, int bits) {
        String first = kid(load());
        SigningKeys keys =
                load("claviger.keys.algorithm", algorithm, "claviger.keys.rsa-bits", bits == 256 ? "2048" : bits + "");
        work(keys);
        assertThat(kid(keys)).isEqualTo(first);
        clock.advance(ANNOUNCEMENT);

        assertThat(signer(keys).algorithm().value()).isEqualTo(algorithm);
        assertThat(keys.list().get(1).life().type())
                .isEqualTo(new KeyType(SigningAlgorithm.find(algorithm).orElseThrow(), bits));
        assertThat(keys.published().find(first)).isPresent();
        assertThat(states(keys)).containsExactly(State.RETIRED, State.SIGNING);
    }

    @ParameterizedTest
    @EnumSource(names = {"PS256", "EDDSA"})
    void aClientGetsItsAlgorithmWhenItsKeyHasBeenAnnounced(SigningAlgorithm wanted) throws OAuthException {
        SigningKeys keys = load(ES256);
        SigningKeys other = load(ES256);
        keys.rotateIfDue(Set.of(wanted, SigningAlgorithm.ES256));
        assertThat(keys.current(Optional.of(wanted))).isEqualTo(signer(keys));
        clock.advance(ANNOUNCEMENT);
        other.refresh();

        assertThat(keys.current(Optional.of(wanted)).algorithm()).isEqualTo(wanted);
        assertThat(other.current(Optional.of(wanted))).isEqualTo(keys.current(Optional.of(wanted)));
        assertThat(keys.current(Optional.of(SigningAlgorithm.ES256))).isEqualTo(signer(keys));
        assertThat(signer(keys).algorithm()).isEqualTo(SigningAlgorithm.ES256);
        assertThat(states(keys)).containsExactly(State.SIGNING, State.SIGNING);
    }

    @Test
    void aLineThatNobodyAsksForAnyMoreEndsWithItsKey() throws OAuthException {
        Set<SigningAlgorithm> edwards = Set.of(SigningAlgorithm.EDDSA);
        SigningKeys keys = load(ES256);
        keys.rotateIfDue(edwards);
        clock.advance(ANNOUNCEMENT);
        String first = keys.current(Optional.of(SigningAlgorithm.EDDSA)).kid();
        clock.advance(PERIOD.minusMinutes(30));
        work(keys);
        assertThat(keys.list())
                .filteredOn(key -> key.life().line().equals("EdDSA"))
                .hasSize(1);
        clock.advance(Duration.ofMinutes(92));
        assertThat(keys.published().find(first)).isEmpty();

        keys.rotateIfDue(edwards);

        assertThat(keys.list())
                .filteredOn(key -> key.life().line().equals("EdDSA"))
                .hasSize(2);
    }

    // --- Emergencies ---

    @Nested
    class Emergencies {
        private SigningKeys keys;
        private SigningKeys other;
        private String first;

        @BeforeEach
        void start() {
            keys = load(ES256);
            other = load(ES256);
            first = kid(keys);
        }

        private void assertAgreed() {
            other.refresh();
            assertThat(other.published().toJson()).isEqualTo(keys.published().toJson());
            assertThat(kid(other)).isEqualTo(kid(keys));
        }

        @Test
        void toRotateNowAnnouncesASuccessorOnce() throws OAuthException {
            keys.rotate("root");
            other.rotate("root");
            assertThat(states(keys)).containsExactly(State.SIGNING, State.ANNOUNCED);
            assertThat(kid(keys)).isEqualTo(first);
            assertAgreed();
            clock.advance(ANNOUNCEMENT);

            assertThat(kid(keys)).isNotEqualTo(first);
            assertAgreed();
        }

        @Test
        void aSignerThatIsRetiredSignsNoMoreAsSoonAsAllNodesKnow() throws OAuthException {
            assertThat(keys.retire(first, "root")).isTrue();
            assertThat(keys.retire(first, "root")).isTrue();
            assertAgreed();
            clock.advance(KeySettings.PROPAGATION);

            assertThat(kid(keys)).isNotEqualTo(first);
            assertThat(keys.published().find(first)).isPresent();
            assertThat(states(keys)).containsExactly(State.RETIRED, State.SIGNING);
            assertAgreed();
        }

        @Test
        void aSignerThatIsRetiredHandsOverToWhomIsAnnounced() throws OAuthException {
            keys.rotate("root");
            String second = keys.list().get(1).life().kid();
            other.retire(first, "root");
            clock.advance(KeySettings.PROPAGATION);
            keys.refresh();

            assertThat(kid(keys)).isEqualTo(second);
            assertThat(states(keys)).containsExactly(State.RETIRED, State.SIGNING);
            assertAgreed();
        }

        @Test
        void anAnnouncedKeyThatIsRetiredNeverSigns() throws OAuthException {
            keys.rotate("root");
            String second = keys.list().get(1).life().kid();
            keys.retire(second, "root");
            assertAgreed();
            clock.advance(ANNOUNCEMENT.plusSeconds(1));

            assertThat(kid(keys)).isEqualTo(first);
            assertAgreed();
        }

        @Test
        void aCompromisedSignerIsOutAtOnceAndAFreshKeySigns() throws OAuthException {
            assertThat(keys.compromised(first, "root")).isTrue();
            assertThat(kid(keys)).isNotEqualTo(first);
            assertThat(keys.published().find(first)).isEmpty();
            assertThat(states(keys)).containsExactly(State.EXPIRED, State.SIGNING);
            assertAgreed();
            assertThat(TestDatabase.query("select wrapped_private_key from signing_key where kid = ?", first))
                    .containsExactly("");
            assertThat(kid(load(ES256))).isEqualTo(kid(keys));

            keys.compromised(first, "root");
            assertThat(states(keys)).hasSize(2);
        }

        @Test
        void aCompromisedSignerDoesNotHurryWhomIsAnnounced() throws OAuthException {
            keys.rotate("root");
            String second = keys.list().get(1).life().kid();
            keys.compromised(first, "root");

            assertThat(states(keys)).containsExactly(State.EXPIRED, State.ANNOUNCED, State.SIGNING);
            assertThat(kid(keys)).isNotIn(first, second);
            assertAgreed();
            clock.advance(ANNOUNCEMENT);
            assertThat(kid(keys)).isEqualTo(second);
            assertThat(states(keys)).containsExactly(State.EXPIRED, State.SIGNING, State.RETIRED);
        }

        @Test
        void aCompromisedKeyThatDoesNotSignIsOutAtOnce() throws OAuthException {
            keys.rotate("root");
            String second = keys.list().get(1).life().kid();
            keys.compromised(second, "root");
            assertThat(keys.published().find(second)).isEmpty();
            assertThat(kid(keys)).isEqualTo(first);
            work(keys);

            assertThat(states(keys)).containsExactly(State.SIGNING, State.EXPIRED, State.ANNOUNCED);
            assertAgreed();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "unknown", "' or 1=1 --"})
        void ofAnUnknownKeyNothingChanges(String kid) throws OAuthException {
            assertThat(keys.retire(kid, "root")).isFalse();
            assertThat(keys.compromised(kid, "root")).isFalse();

            assertThat(states(keys)).containsExactly(State.SIGNING);
        }

        @Test
        void ofManyWhoSayTheSameOneIsEnough() {
            Parallel.run(4, () -> keys.compromised(first, "root"));
            List<SigningKeys> nodes = List.of(keys, other);
            Parallel.run(2, () -> {
                nodes.forEach(node -> {
                    try {
                        node.rotate("root");
                    } catch (OAuthException refused) {
                        throw new IllegalStateException(refused);
                    }
                });
                return true;
            });

            assertThat(states(keys)).containsExactly(State.EXPIRED, State.SIGNING, State.ANNOUNCED);
        }

        @Test
        void eachIsAnAuditEventThatNamesWhoAsked() throws OAuthException {
            try (CapturedLog log = new CapturedLog("org.claviger.audit")) {
                keys.rotate("root");
                keys.compromised(first, "root");

                assertThat(log.lines())
                        .hasSize(4)
                        .allMatch(line -> line.contains("by=\"root\"") && line.contains("kid=\""))
                        .anyMatch(line -> line.startsWith("KEY_ANNOUNCED "))
                        .anyMatch(line -> line.startsWith("KEY_RETIRES "))
                        .anyMatch(line -> line.startsWith("KEY_COMPROMISED ") && line.contains(first));
            }
        }
    }

    @Test
    void whatComesNextIsKnown() throws OAuthException {
        SigningKeys keys = load(ES256);
        SigningKeys.Change announcement = keys.nextChange().orElseThrow();
        assertThat(announcement.to()).isEqualTo(State.ANNOUNCED);
        assertThat(announcement.at()).isEqualTo(TestClock.START.plus(PERIOD).minus(ANNOUNCEMENT));
        assertThat(announcement.kid()).isEmpty();

        keys.rotate("root");

        SigningKeys.Change signing = keys.nextChange().orElseThrow();
        assertThat(signing.to()).isEqualTo(State.SIGNING);
        assertThat(signing.at()).isEqualTo(TestClock.START.plus(ANNOUNCEMENT));
        assertThat(signing.kid()).contains(keys.list().get(1).life().kid());
    }

    // --- Key-encryption keys ---

    @Test
    void anotherKeyEncryptionKeyIsCalledByItsSettingAndNothingChanges() {
        load(ES256);
        String before = TestDatabase.dump();

        assertThatThrownBy(() -> load(settings(ES256), keyWrap("another")))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.key-encryption-key: ");
        assertThat(TestDatabase.dump()).isEqualTo(before);
    }

    @Test
    void theKeyEncryptionKeyChangesWhileNodesRun() {
        SigningKeys old = load(settings(ES256), keyWrap("old", "new"));
        SigningKeys changed = load(settings(ES256), keyWrap("new", "old"));
        assertThat(changed.rewrap()).isEqualTo(1);
        assertThat(changed.rewrap()).isZero();
        clock.advance(PERIOD.minus(ANNOUNCEMENT));
        work(changed);
        old.refresh();
        clock.advance(ANNOUNCEMENT);

        assertThat(signer(old)).isEqualTo(signer(changed));
        assertThat(signer(load(settings(ES256), keyWrap("new")))).isEqualTo(signer(changed));
        assertThatThrownBy(() -> load(settings(ES256), keyWrap("old"))).isInstanceOf(SettingsException.class);
    }

    @Test
    void aNodeThatCannotOpenWhatAnotherMadeVerifiesByItAndSignsWithWhatItHas() {
        SigningKeys old = load(settings(ES256), keyWrap("old"));
        String first = kid(old);
        SigningKeys changed = load(settings(ES256), keyWrap("new", "old"));
        clock.advance(PERIOD.minus(ANNOUNCEMENT));
        work(changed);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            old.refresh();
            old.refresh();
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0207 ");
        }
        clock.advance(ANNOUNCEMENT);

        assertThat(kid(old)).isEqualTo(first).isNotEqualTo(kid(changed));
        assertThat(old.published().find(kid(changed))).isPresent();
        assertThat(changed.published().find(first)).isPresent();
    }

    @Test
    void everyKidIsNew() {
        Set<String> kids = new HashSet<>();
        SigningKeys keys = load(ES256);
        for (int i = 0; i < 20; i++) {
            kids.add(kid(keys));
            clock.advance(PERIOD.minus(ANNOUNCEMENT));
            work(keys);
            clock.advance(ANNOUNCEMENT);
        }

        assertThat(kids).hasSize(20);
    }
}

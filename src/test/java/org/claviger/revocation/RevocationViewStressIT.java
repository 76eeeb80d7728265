package org.claviger.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.ISSUER;

import java.lang.System.Logger.Level;
import java.util.Map;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.TokenType;
import org.claviger.jose.VerifiedJwt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it costs to ask, and to hold, ten revocations or a million. Prints figures; run with {@code -Pstress}. */
@Tag("stress")
@Tag("any-database")
class RevocationViewStressIT {
    private static final int CALLS = 3_000_000;

    private final TestClock clock = new TestClock();

    private VerifiedJwt jwt() throws Exception {
        long now = clock.instant().getEpochSecond();
        String token = new JwtSigner()
                .sign(
                        TokenType.AT_JWT,
                        Map.of(
                                "iss",
                                ISSUER,
                                "sub",
                                "s",
                                "aud",
                                "a",
                                "exp",
                                now + 900,
                                "iat",
                                now,
                                "auth_time",
                                now,
                                "jti",
                                "j",
                                "client_id",
                                "web",
                                "claviger_family",
                                "f"),
                        Fixture.signingKey());
        return new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, clock).verify(token, "a");
    }

    private static long used() {
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 1_000, 1_000_000})
    void to_ask_costs_the_same_however_many_there_are(int count) throws Exception {
        TestDatabase.empty();
        VerifiedJwt jwt = jwt();
        TestDatabase.execute(
                "insert into revocation select case mod(x, 2) when 0 then 'TOKEN' else 'FAMILY' end,"
                        + " lpad(cast(x as varchar), 22, 'r'), x, ?1, ?1, ?2 from system_range(1, ?3)",
                clock.instant(),
                clock.instant().plusSeconds(3600),
                count);
        long before = used();
        long begun = System.nanoTime();
        RevocationView view = RevocationView.load(TestDatabase.database(), clock, Fixture.fresh());
        long loaded = System.nanoTime() - begun;
        long held = used() - before;
        assertThat(view.size()).isEqualTo(count);
        boolean revoked = false;
        for (int i = 0; i < CALLS; i++) {
            revoked |= view.isRevoked(jwt);
        }
        long asked = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            revoked |= view.isRevoked(jwt);
        }
        long nanos = (System.nanoTime() - asked) / CALLS;
        assertThat(revoked).isFalse();
        System.getLogger("it")
                .log(
                        Level.INFO,
                        "{0} revocations: {1} ns to ask, {2} bytes each, loaded in {3} ms",
                        count,
                        nanos,
                        held / count,
                        loaded / 1_000_000);
    }
}

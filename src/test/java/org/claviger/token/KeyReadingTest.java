package org.claviger.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.claviger.Parallel;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.junit.jupiter.api.Test;

class KeyReadingTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final AtomicInteger reads = new AtomicInteger();
    private final KeyReading reading = new KeyReading(reads::incrementAndGet, nanos::get);

    private void assertUnavailable() {
        assertThatThrownBy(reading::require).isInstanceOfSatisfying(OAuthException.class, refusal -> {
            assertThat(refusal.code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
            assertThat(refusal.retryAfter()).isPresent();
        });
    }

    @Test
    void keysAreReadOutOfTurnOnceInHalfASecond() throws OAuthException {
        reading.require();
        assertUnavailable();
        nanos.addAndGet(KeyReading.BETWEEN.toNanos() - 1);
        assertUnavailable();
        assertThat(reads).hasValue(1);

        nanos.incrementAndGet();
        reading.require();

        assertThat(reads).hasValue(2);
    }

    @Test
    void ofManyAtTheSameMomentOneReads() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        Parallel.run(20, () -> {
            try {
                reading.require();
            } catch (OAuthException later) {
                refused.incrementAndGet();
            }
            return true;
        });
        assertThat(reads).hasValue(1);
        assertThat(refused).hasValue(19);
    }
}

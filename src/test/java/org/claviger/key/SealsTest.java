package org.claviger.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;

import java.util.HashSet;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.settings.KeySettings;
import org.claviger.settings.Lifetimes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealsTest {
    private final TestClock clock = new TestClock();
    private final MacKeys keys = MacKeys.load(TestDatabase.empty(), Fixture.keyWrap(), RANDOM, clock);
    private final Seals seals = new Seals(keys, RANDOM);

    @Test
    void whatWasSealedOpensAtItsPlaceOnly() {
        String sealed = seals.seal("ein Geheimnis – so", "row 1");

        assertThat(sealed).startsWith("1.").doesNotContain("Geheimnis");
        assertThat(seals.open(sealed, "row 1")).contains("ein Geheimnis – so");
        assertThat(seals.open(sealed, "row 2")).isEmpty();
    }

    @Test
    void theSameTextNeverLooksTheSame() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.add(seals.seal("", "row 1"));
        }
        assertThat(seen).hasSize(100);
    }

    @Test
    void noBitOfItCanBeChanged() {
        String sealed = seals.seal("text", "row 1");
        for (int i = 2; i < sealed.length() - 1; i++) { // the last character has bits that count for nothing
            char other = sealed.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(seals.open(sealed.substring(0, i) + other + sealed.substring(i + 1), "row 1"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.",
                "x",
                "1.AAAA",
                "2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "1.A"
            })
    void whatWeDidNotSealDoesNotOpen(String made) {
        assertThat(seals.open(made, "row 1")).isEmpty();
    }

    @Test
    void whatAnEarlierKeySealedOpensForAsLongAsASessionMayLive() {
        String sealed = seals.seal("text", "row 1");
        clock.advance(KeySettings.PROPAGATION.plusDays(30));
        keys.rotateIfDue(KeySettings.PROPAGATION.plusDays(1));
        clock.advance(KeySettings.PROPAGATION);
        assertThat(seals.seal("text", "row 1")).startsWith("2.");
        assertThat(seals.open(sealed, "row 1")).contains("text");

        for (int day = 0; day < 2; day++) {
            clock.advance(Lifetimes.LONGEST_SESSION.plusDays(2));
            keys.rotateIfDue(KeySettings.PROPAGATION.plusDays(1));
        }
        assertThat(seals.open(sealed, "row 1")).isEmpty();
    }
}

package org.claviger.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.jose.KeyType;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.key.KeyLife;
import org.claviger.key.KeyLife.State;
import org.claviger.key.SigningKeys.Change;
import org.claviger.key.SigningKeys.Listed;
import org.claviger.key.SigningKeys.Overview;
import org.claviger.page.Pages;
import org.claviger.page.Texts;
import org.junit.jupiter.api.Test;

class KeysPageTest {
    private static final Instant NOW = TestClock.START;

    private static Listed key(String kid, State state, int announced, int signs, int retired) {
        return new Listed(
                new KeyLife(
                        kid,
                        "default",
                        KeyType.of(SigningAlgorithm.RS256, 2048),
                        NOW.plus(Duration.ofMinutes(announced)),
                        NOW.plus(Duration.ofMinutes(signs)),
                        NOW.plus(Duration.ofMinutes(retired)),
                        state == State.EXPIRED ? Optional.of(NOW) : Optional.empty()),
                state);
    }

    private static String page(String language, Overview overview) {
        return new Pages(Fixture::settings)
                .render(KeysPage.of(new Texts(Optional.empty()).forHeader(Optional.of(language)), overview), "../")
                .html();
    }

    private static final Overview FULL = new Overview(
            NOW,
            Optional.of("the clock <b> is wrong"),
            List.of(
                    key("compromised-key", State.EXPIRED, -9_000, -8_000, -1),
                    key("retired-key", State.RETIRED, -6_000, -5_000, -10),
                    key("signing-key", State.SIGNING, -50, -10, 9_000),
                    key("announced-key", State.ANNOUNCED, -5, 9_000, 18_000)),
            Optional.of(new Change(NOW.plusSeconds(30), State.SIGNING, "default", Optional.of("announced-key"))));

    @Test
    void everyKeyIsInTheTimeLineAndInTheTable() {
        String html = page("en", FULL);

        assertThat(html)
                .contains("<h1>Signing keys</h1>", "Next: the key announce", "2025-06-01 12:00:30 UTC")
                .contains("the clock &lt;b&gt; is wrong")
                .contains("<td>expired, compromised</td>", "<td>retired</td>", "<td>signing</td>", "<td>announced</td>")
                .contains(
                        "class=\"announced\" x=\"", "class=\"signing\" x=\"", "class=\"retired\" x=\"", "class=\"now\"")
                .contains("href=\"../assets/claviger.css\"");
        assertThat(html.split("<tr class=", -1)).hasSize(5);
    }

    @Test
    void thePageNeedsNeitherScriptNorStyle() {
        assertThat(page("en", FULL)).doesNotContain("<script", "<style", " style=", " on");
    }

    @Test
    void itSpeaksGerman() {
        assertThat(page("de", FULL)).contains("<html lang=\"de\">", "Signaturschlüssel", "kompromittiert");
    }

    @Test
    void withoutAnyKeyItIsEmpty() {
        assertThat(page("en", new Overview(NOW, Optional.empty(), List.of(), Optional.empty())))
                .contains("<tbody>")
                .doesNotContain("<rect", "role=\"alert\"");
    }
}

package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.key.KeyLife.State;
import org.claviger.key.SigningKeys.Listed;
import org.claviger.oauth.OAuthException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysConsolePageTest {
    private final ConsoleFixture console = new ConsoleFixture();

    private List<Listed> keys(State state) {
        return console.keys.overview().keys().stream()
                .filter(key -> key.state() == state)
                .toList();
    }

    private String signing() {
        return keys(State.SIGNING).get(0).life().kid();
    }

    @Test
    void theKeysAreShownWithWhatCanBeDone() {
        assertThat(console.get("keys").body())
                .contains("<svg class=\"time-line\"", "<code>" + signing() + "</code>")
                .contains("keys?do=retire&amp;kid=" + signing(), "keys?do=compromised&amp;kid=" + signing());
    }

    @Test
    void newKeysAreAnnouncedAfterOneQuestion() {
        Exchange ask = console.get("keys?do=rotate");
        assertThat(keys(State.ANNOUNCED)).isEmpty();

        assertThat(console.follow(console.submit(ask, "keys")).body()).contains("There is another one now.");
        assertThat(keys(State.ANNOUNCED)).hasSize(1);
        console.submit(ask, "keys");
        assertThat(keys(State.ANNOUNCED)).hasSize(1);
    }

    @Test
    void aKeyIsRetiredOrCompromisedAfterOneQuestion() {
        String first = signing();
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange ask = console.get("keys?do=compromised&kid=" + first);
            assertThat(ask.body()).contains("is in somebody else&#39;s hands", first);
            console.submit(ask, "keys");
            assertThat(signing()).isNotEqualTo(first);
            assertThat(String.join("\n", audit.lines())).contains("KEY_COMPROMISED", "by=\"root\"");
        }
        String second = signing();
        Exchange retired = console.submit(console.get("keys?do=retire&kid=" + second), "keys");
        assertThat(retired.header("Location")).endsWith("keys?done=retired");
        assertThat(keys(State.ANNOUNCED)).hasSize(1);
    }

    @Test
    void aFormForAKeyThatIsNotWhatItWasChangesNothing() throws OAuthException {
        String kid = signing();
        Exchange ask = console.get("keys?do=retire&kid=" + kid);
        console.keys.compromised(kid, "somebody else");
        String next = signing();

        Exchange late = console.submit(ask, "keys");

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.body()).contains("Nothing has changed");
        assertThat(signing()).isEqualTo(next);
        assertThat(keys(State.ANNOUNCED)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys?do=retire", "keys?do=compromised&kid=nothing", "keys?do=retire&kid=%3Cb%3E"})
    void whatIsNotThereIsNotFound(String address) {
        assertThat(console.get(address).status()).isEqualTo(404);
    }

    @Test
    void aReaderSeesTheKeysAndChangesNothing() {
        Exchange ask = console.get("keys?do=rotate");
        console.onlyRead();

        assertThat(console.get("keys").body()).contains(signing()).doesNotContain("do=");
        assertThat(console.submit(ask, "keys").status()).isEqualTo(403);
        assertThat(keys(State.ANNOUNCED)).isEmpty();
    }
}

package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsPagesTest {
    private static final String LIFE = "claviger.access-token-lifetime";

    private final ConsoleFixture console = new ConsoleFixture();

    private String value(String key) {
        return console.settings.get().values().get(key).value();
    }

    private Exchange change(Exchange form, String value) {
        return console.submit(form, "setting", "value", value);
    }

    @Test
    void everySettingIsListedAndNoSecretIsShown() {
        assertThat(console.get("settings").body())
                .contains(">" + LIFE + "</a>", "claviger.classification.restricted.consent-each-time")
                .contains("secret, never shown", "a restart", "this console")
                .doesNotContain("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", "`");
    }

    @Test
    void aLiveSettingIsChangedAndTakenBack() {
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange changed = change(console.get("setting?key=" + LIFE), "PT20M");
            assertThat(console.follow(changed).body())
                    .contains("It is changed.", "<code>PT20M</code>", "set by administrators");
            assertThat(String.join("\n", audit.lines()))
                    .contains("SETTING_CHANGED by=\"root\" from=\"PT15M\" key=\"" + LIFE + "\" to=\"PT20M\"");
        }
        Exchange ask = console.get("setting?key=" + LIFE + "&do=reset");
        assertThat(ask.body()).contains("has the configured value or the default again");
        assertThat(value(LIFE)).isEqualTo("PT20M");
        console.submit(ask, "setting");
        assertThat(value(LIFE)).isEqualTo("PT15M");
        assertThat(console.get("setting?key=" + LIFE).body()).doesNotContain("do=reset");
    }

    @Test
    void whatDoesNotFitIsRefusedWithWhatWasTyped() {
        Exchange refused = change(console.get("setting?key=" + LIFE), "<b>\"P1D\"</b>");

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("This does not fit.", "value=\"&lt;b&gt;&quot;P1D&quot;&lt;/b&gt;\"", "aria-invalid=\"true\"")
                .doesNotContain("<b>");
        assertThat(value(LIFE)).isEqualTo("PT15M");
    }

    @Test
    void whoIsLateChangesNothingAndSeesWhatHolds() {
        Exchange form = console.get("setting?key=" + LIFE);
        change(form, "PT20M");

        Exchange late = change(form, "PT30M");

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.body()).contains("Nothing has changed", "<code>PT20M</code>");
        assertThat(value(LIFE)).isEqualTo("PT20M");
    }

    @Test
    void whatNeedsARestartHasNoFormAndIsRefused() {
        assertThat(console.get("setting?key=claviger.issuer").body())
                .contains("changed by configuration and a restart")
                .doesNotContain("edition");
        String form = ConsoleFixture.hidden(console.get("setting?key=" + LIFE), "setting");
        String edition = form.replaceAll(".*edition=([0-9]+).*", "$1");
        String token = form.replaceAll(".*form_token=([^&]*).*", "$1");
        Exchange refused = console.post(
                "setting",
                "do",
                "change",
                "key",
                "claviger.audience",
                "value",
                "x",
                "edition",
                edition,
                "form_token",
                token);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body()).contains("is changed by configuration and a restart only");
    }

    @Test
    void whatTheTableHoldsAndNobodyKnowsIsNamedWithoutItsValue() {
        TestDatabase.execute("insert into setting values ('claviger.database.pasword', 'swordfish')");
        console.settings.refresh();

        assertThat(console.get("settings").body())
                .contains("claviger.database.pasword")
                .doesNotContain("swordfish");
    }

    @ParameterizedTest
    @ValueSource(strings = {"setting", "setting?key=claviger.nothing", "setting?key=%3Cb%3E"})
    void whatIsNotThereIsNotFound(String address) {
        assertThat(console.get(address).status()).isEqualTo(404);
    }

    @Test
    void aReaderSeesEverythingAndChangesNothing() {
        Exchange form = console.get("setting?key=" + LIFE);
        console.onlyRead();

        assertThat(console.get("setting?key=" + LIFE).body())
                .contains("<code>PT15M</code>")
                .doesNotContain("edition", "do=");
        assertThat(change(form, "PT20M").status()).isEqualTo(403);
        assertThat(value(LIFE)).isEqualTo("PT15M");
    }
}

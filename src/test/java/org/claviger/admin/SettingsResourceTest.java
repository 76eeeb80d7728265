package org.claviger.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.claviger.Fixture;
import org.claviger.live.LiveSettings.Edition;
import org.claviger.settings.Setting;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.Test;

class SettingsResourceTest {
    private static final String HASH = "pbkdf2-sha256$600000$MDEyMzQ1Njc4OWFiY2RlZg$" + "x".repeat(43);

    private static JsonObject shown(String... keysAndValues) {
        return shown(Map.of(), settings(keysAndValues));
    }

    private static JsonObject shown(Map<String, String> administered, Settings settings) {
        return SettingsResource.show(new Edition(1, administered, settings, Optional.empty()));
    }

    private static void assertShown(JsonObject shown, String key, String value, String origin) {
        assertThat(shown.getJsonObject(key).getString("value")).isEqualTo(value);
        assertThat(shown.getJsonObject(key).getString("origin")).isEqualTo(origin);
    }

    @Test
    void aSettingIsShownWithWhereItStands() {
        JsonObject shown = shown("claviger.trusted-proxies", "10.0.0.0/8, ::1", "claviger.brand.color", "#1d4ed8");

        assertShown(shown, "claviger.issuer", Fixture.ISSUER, "configuration");
        assertShown(shown, "claviger.trusted-proxies", "10.0.0.0/8, ::1", "configuration");
        assertShown(shown, "claviger.brand.color", "#1d4ed8", "configuration");
    }

    @Test
    void aDefaultIsShownAsOne() {
        JsonObject shown = shown();

        assertShown(shown, "claviger.access-token-lifetime", "PT15M", "default");
        assertShown(shown, "claviger.audience", Fixture.ISSUER, "default");
        assertShown(shown, "claviger.forwarded-headers", "X-Forwarded-For", "default");
        assertShown(shown, "claviger.brand.name", "Claviger", "default");
        assertShown(shown, "claviger.brand.logo", "", "default");
    }

    @Test
    void whatIsSecretIsNotShown() {
        String shown = shown(
                        "claviger.admin.username",
                        "root",
                        "claviger.admin.password-hash",
                        HASH,
                        "claviger.database.url",
                        "jdbc:postgresql://db/claviger?password=swordfish",
                        "claviger.database.password",
                        "swordfish")
                .toString();

        assertThat(shown)
                .contains("\"claviger.admin.username\":{\"value\":\"root\"", "claviger.key-encryption-key")
                .doesNotContain("swordfish", "pbkdf2", Fixture.KEY_ENCRYPTION_KEY);
    }

    @Test
    void whatIsSecretHasNoValueAndAnOrigin() {
        JsonObject secret =
                shown("claviger.database.password", "swordfish").getJsonObject("claviger.database.password");

        assertThat(secret).doesNotContainKey("value");
        assertThat(secret.getString("origin")).isEqualTo("configuration");
        assertThat(secret.getBoolean("secret")).isTrue();
        assertThat(secret.getBoolean("live")).isFalse();
    }

    @Test
    void eachSettingSaysWhatItIs() {
        JsonObject shown = shown().getJsonObject("claviger.access-token-lifetime");

        assertThat(shown.toString())
                .isEqualTo(
                        "{\"value\":\"PT15M\",\"origin\":\"default\",\"pinned\":false,\"live\":true,\"secret\":false,"
                                + "\"type\":\"duration\",\"unit\":\"ISO 8601\",\"default\":\"PT15M\",\"accepted\":\"1 s – 60 min\","
                                + "\"advised\":\"15 min – 60 min\",\"meaning\":\"how long an access token lives\"}");
    }

    @Test
    void everySettingIsShownAndEachClassificationsOwn() {
        JsonObject shown = shown("claviger.classifications", "internal");

        assertThat(shown.keySet())
                .contains(Arrays.stream(Setting.values()).map(Setting::key).toArray(String[]::new))
                .contains(
                        "claviger.classification.restricted.consent-each-time",
                        "claviger.classification.internal.session-idle-lifetime")
                .doesNotContain("claviger.classification.other.session-idle-lifetime");
        assertShown(shown, "claviger.classification.restricted.gateway-cache-lifetime", "PT0S", "default");
    }

    @Test
    void whatTheTableHoldsIsShownThoughItIsNotInForceOrNothingKnowsIt() {
        Map<String, String> table = Map.of(
                "claviger.brand.name", "Acme",
                "claviger.classification.gone.access-token-lifetime", "PT20M",
                "claviger.database.password", "swordfish",
                "claviger.database.pasword", "swordfish");

        JsonObject shown = shown(table, settings());

        assertShown(shown, "claviger.brand.name", "Claviger", "default");
        assertThat(shown.getJsonObject("claviger.brand.name").getString("administered"))
                .isEqualTo("Acme");
        JsonObject orphan = shown.getJsonObject("claviger.classification.gone.access-token-lifetime");
        assertThat(orphan.toString()).isEqualTo("{\"known\":false,\"administered\":\"PT20M\"}");
        assertThat(shown.getJsonObject("claviger.database.pasword").toString())
                .isEqualTo("{\"known\":false,\"administered\":true}");
        assertThat(shown.getJsonObject("claviger.database.password").getBoolean("administered"))
                .isTrue();
        assertThat(shown.toString()).doesNotContain("swordfish");
        assertThat(shown.getJsonObject("claviger.issuer")).doesNotContainKey("administered");
    }

    @Test
    void aTableThatIsNotInForceHereIsAProblem() {
        Edition edition = new Edition(
                2,
                Map.of(),
                settings(),
                Optional.of(new SettingsException("claviger.brand.color", "must be a colour")));

        assertThat(SettingsResource.show(edition).getString("problem"))
                .contains("not in force on this node", "claviger.brand.color: must be a colour");
        assertThat(shown()).doesNotContainKey("problem");
    }
}

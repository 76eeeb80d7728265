package org.claviger.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import org.claviger.Fixture;
import org.junit.jupiter.api.Test;

class SettingsResourceTest {
    private static final String HASH = "pbkdf2-sha256$600000$MDEyMzQ1Njc4OWFiY2RlZg$" + "x".repeat(43);

    private static JsonObject shown(String... keysAndValues) {
        return SettingsResource.show(settings(keysAndValues));
    }

    private static void assertShown(JsonObject shown, String key, String value, String origin) {
        assertThat(shown.getJsonObject(key).getString("value")).isEqualTo(value);
        assertThat(shown.getJsonObject(key).getString("origin")).isEqualTo(origin);
    }

    @Test
    void aSettingIsShownWithWhereItStands() {
        JsonObject shown = shown("claviger.trusted-proxies", "10.0.0.0/8, ::1", "claviger.brand.color", "#1d4ed8");

        assertShown(shown, "claviger.issuer", Fixture.ISSUER, "configuration");
        assertShown(shown, "claviger.trusted-proxies", "10.0.0.0/8,0:0:0:0:0:0:0:1/128", "configuration");
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
                .contains("\"claviger.admin.username\":{\"value\":\"root\"")
                .doesNotContain("swordfish", "password", "pbkdf2", "key-encryption", Fixture.KEY_ENCRYPTION_KEY);
    }
}

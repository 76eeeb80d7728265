package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdministratorSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "root, , , claviger.admin.username: needs claviger.admin.password or claviger.admin.password-hash",
        "root, password of root, hash, claviger.admin.username: needs claviger.admin.password or",
        ", password of root, , 'claviger.admin.username: is missing, but there is a password for it'",
        ", , hash, 'claviger.admin.username: is missing, but there is a password for it'",
    })
    void a_name_and_exactly_one_of_password_and_hash_belong_together(
            String username, String password, String hash, String message) {
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> read(username, password, hash))
                .withMessageStartingWith(message)
                .withMessageNotContaining("of root");
    }

    @Test
    void nobody_has_to_be_named() {
        assertThat(read(null, null, null)).isEmpty();
    }

    @Test
    void a_password_is_never_shown() {
        assertThat(read("root", "password of root", null).orElseThrow())
                .hasToString("AdministratorSettings[username=root]");
    }

    private static Optional<AdministratorSettings> read(String username, String password, String hash) {
        Map<String, String> settings = new HashMap<>();
        settings.put(AdministratorSettings.USERNAME_KEY, username);
        settings.put(AdministratorSettings.PASSWORD_KEY, password);
        settings.put(AdministratorSettings.PASSWORD_HASH_KEY, hash);
        return AdministratorSettings.read(
                new SettingReader(Settings.written(key -> Optional.ofNullable(settings.get(key)))));
    }
}

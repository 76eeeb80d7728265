package org.claviger.settings;

import java.util.Arrays;
import java.util.Locale;

/** What a deployment of this WAR is. */
public enum Role {
    /** The authorization server of the installation, which guards the applications beside it. */
    ISSUER,
    /** It guards the applications beside it by the tokens of an issuer that is elsewhere, and has no database and no key. */
    RESOURCE_SERVER;

    static Role read(SettingReader reader) {
        String text = reader.text(Setting.ROLE);
        return Arrays.stream(values())
                .filter(role -> role.value().equals(text))
                .findFirst()
                .orElseThrow(() -> new SettingsException(Setting.ROLE, "must be issuer or resource-server"));
    }

    private String value() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

package org.claviger.settings;

import org.claviger.oauth.CanaryManager;

/** The other half of a cycle. */
public class SettingsCanary {
    public void answer(CanaryManager first) {
        first.sing(this);
    }
}

package org.claviger.oauth;

import jakarta.ejb.Stateless;
import jakarta.persistence.Entity;
import java.time.Instant;
import org.claviger.settings.SettingsCanary;

/** Breaks the rules of {@code ArchitectureTest}, to be caught by them. */
@Entity
@Stateless
public class CanaryManager {
    public void sing(SettingsCanary other) {
        System.out.println(Instant.now() + " " + other);
    }
}

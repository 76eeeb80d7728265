package org.claviger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.claviger.guard.BearerGate;
import org.claviger.settings.Settings;
import org.jspecify.annotations.Nullable;

/** Hands parts to what the server makes itself: JAX-RS resources and the authentication mechanism. */
@ApplicationScoped
class Installation {
    private volatile @Nullable Opening opening;

    void use(Opening started) {
        opening = started;
    }

    @Produces
    BearerGate adminGate() {
        return opening().adminGate;
    }

    @Produces
    Settings settings() {
        return opening().settings;
    }

    private Opening opening() {
        Opening started = opening;
        if (started == null) {
            throw new IllegalStateException("Claviger has not started");
        }
        return started;
    }
}

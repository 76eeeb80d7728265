package org.claviger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.claviger.guard.BearerGuard;
import org.claviger.settings.Settings;
import org.jspecify.annotations.Nullable;

/** Hands parts to what the server makes itself: JAX-RS resources and the authentication mechanism. */
@ApplicationScoped
class Installation {
    private volatile @Nullable Claviger parts;

    void open(Claviger opened) {
        parts = opened;
    }

    @Produces
    BearerGuard adminGuard() {
        return parts().adminGuard;
    }

    @Produces
    Settings settings() {
        return parts().settings;
    }

    private Claviger parts() {
        Claviger opened = parts;
        if (opened == null) {
            throw new IllegalStateException("Claviger has not started");
        }
        return opened;
    }
}

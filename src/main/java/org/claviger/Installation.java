package org.claviger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import org.claviger.authorize.Consents;
import org.claviger.client.Registrations;
import org.claviger.guard.BearerGate;
import org.claviger.identity.Accounts;
import org.claviger.identity.PasswordResets;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.SignInSessions;
import org.claviger.key.SigningKeys;
import org.claviger.live.LiveSettings;
import org.claviger.page.Pages;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.RandomTokens;
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
        return opening().settings();
    }

    @Produces
    Pages pages() {
        return new Pages(opening()::settings);
    }

    @Produces
    LiveSettings liveSettings() {
        return parts().settings;
    }

    @Produces
    Registrations registrations() {
        return parts().registrations;
    }

    @Produces
    ResourceOwners resourceOwners() {
        return parts().resourceOwners;
    }

    @Produces
    Accounts accounts() {
        return parts().accounts;
    }

    @Produces
    PasswordResets passwordResets() {
        return parts().passwordResets;
    }

    @Produces
    SignInSessions sessions() {
        return parts().sessions;
    }

    @Produces
    Consents consents() {
        return parts().consents;
    }

    @Produces
    RandomTokens tokens() {
        return parts().tokens;
    }

    @Produces
    SigningKeys signingKeys() {
        return parts().signingKeys;
    }

    @Produces
    RevocationRepository revocations() {
        return parts().revocations;
    }

    @Produces
    TokenFamilies families() {
        return parts().families;
    }

    /** Only for what the gate of administration has let through: it opens after these are there. */
    private Claviger parts() {
        return opening().parts().orElseThrow(() -> new IllegalStateException("Claviger is not open"));
    }

    private Opening opening() {
        Opening started = opening;
        if (started == null) {
            throw new IllegalStateException("Claviger has not started");
        }
        return started;
    }
}

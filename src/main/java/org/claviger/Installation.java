package org.claviger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.Optional;
import org.claviger.admin.ClientChanges;
import org.claviger.admin.SessionChanges;
import org.claviger.admin.UserChanges;
import org.claviger.audit.AuditChain;
import org.claviger.audit.AuditLog;
import org.claviger.audit.Statistics;
import org.claviger.authorize.Consents;
import org.claviger.client.Registrations;
import org.claviger.console.ConsoleSession;
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
    private volatile @Nullable Service service;
    private volatile @Nullable NodeHealth health;

    void use(Service started, NodeHealth itsHealth) {
        service = started;
        health = itsHealth;
    }

    /** Empty before the server has begun to start this. */
    Optional<NodeHealth> health() {
        return Optional.ofNullable(health);
    }

    @Produces
    BearerGate adminGate() {
        return service().adminGate();
    }

    @Produces
    Settings settings() {
        return service().settings();
    }

    @Produces
    Pages pages() {
        return new Pages(service()::settings);
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
    ClientChanges clientChanges() {
        return parts().clientChanges;
    }

    @Produces
    UserChanges userChanges() {
        return parts().userChanges;
    }

    @Produces
    SessionChanges sessionChanges() {
        return parts().sessionChanges;
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
    ConsoleSession consoleSession() {
        return parts().console;
    }

    @Produces
    RandomTokens tokens() {
        return parts().tokens;
    }

    @Produces
    AuditLog auditLog() {
        return parts().auditLog;
    }

    @Produces
    AuditChain auditChain() {
        return parts().auditChain;
    }

    @Produces
    Statistics statistics() {
        return parts().statistics;
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
        return service().parts().orElseThrow(() -> new IllegalStateException("Claviger is not open"));
    }

    private Service service() {
        Service started = service;
        if (started == null) {
            throw new IllegalStateException("Claviger has not started");
        }
        return started;
    }
}

package org.claviger.authorize;

import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.claviger.identity.SignInSession;
import org.claviger.revocation.RevocationView;
import org.claviger.settings.Settings;

/** Whether somebody must sign in anew although there is a session; asked again whenever a code is about to be granted. */
public record Reauthentication(RevocationView revocations, Supplier<Settings> settings, Clock clock) {
    /** Because the request or the client's classification wants it, or because all that the client had has been revoked. */
    boolean isDue(SignInSession session, AuthorizationRequest request) {
        Duration oldest =
                settings.get().classification(request.client().classification()).reauthenticationAge();
        return request.needsSignIn(session, oldest, clock.instant())
                || revocations.isEnded(
                        session.resourceOwner().subject(), request.client().id(), session.authTime());
    }
}

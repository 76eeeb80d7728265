package org.claviger.admin;

import java.util.Map;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Subject;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;

/** What administrators end of a user or a client, the same by the interface and by the console. */
public final class SessionChanges {
    private final TokenFamilies families;
    private final SignInSessions sessions;
    private final RevocationRepository revocations;

    public SessionChanges(TokenFamilies families, SignInSessions sessions, RevocationRepository revocations) {
        this.families = families;
        this.sessions = sessions;
        this.revocations = revocations;
    }

    /** Ends a family, with its access tokens; whether it was alive. */
    public boolean endFamily(String family, String by) {
        return family.matches("[A-Za-z0-9_-]{22}")
                && families.end(new FamilyId(family), "ended by an administrator", Map.of("by", by));
    }

    /** Ends the sign-in session of one browser, by its name; whether there was one. What clients got by it lives on. */
    public boolean endSignIn(String session, String by) {
        return session.matches("[A-Za-z0-9_-]{43}") && sessions.endNamed(session, by);
    }

    /** Ends everything that a user has. */
    public void endAll(Subject subject, String by) {
        sessions.endAll(subject, by);
    }

    /** Ends everything that a client has. */
    public void endAll(ClientId client, String by) {
        revocations.revoke(RevocationKind.CLIENT, client.value(), Map.of("by", by));
    }
}

package org.claviger.remote;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.claviger.settings.Issuer;
import org.claviger.settings.ResourceServerSettings;

/** Whether the issuer answers: one line in the log when it ceases to, and one when it is there again, however many ask it. */
final class Contact {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final Issuer issuer;
    private final Map<String, String> failing = new HashMap<>();
    private boolean saidAway;
    private boolean saidUnauthorized;

    Contact(Issuer issuer) {
        this.issuer = issuer;
    }

    /** @param what was asked for, so that one that works does not hide another that does not */
    synchronized void failed(String what, IssuerAwayException away) {
        if (away.isUnauthorized()) {
            if (!saidUnauthorized) {
                LOG.log(
                        Level.ERROR,
                        "CLAVIGER-1203 {0}: {1}: the client there has another secret, is disabled, or names no \"resource\"",
                        ResourceServerSettings.CLIENT_ID_KEY,
                        String.valueOf(away.getMessage()));
            }
            saidUnauthorized = true;
        } else if (!saidAway && !Thread.currentThread().isInterrupted()) {
            LOG.log(
                    Level.ERROR,
                    "CLAVIGER-1201 the issuer {0} is away: {1}; it is tried again until it answers",
                    issuer,
                    String.valueOf(away.getMessage()));
            saidAway = true;
        }
        failing.put(what, "see CLAVIGER-120" + (away.isUnauthorized() ? "3" : "1") + " in the log");
    }

    synchronized void succeeded(String what) {
        if (failing.remove(what) != null && failing.isEmpty()) {
            LOG.log(Level.INFO, "CLAVIGER-1202 the issuer {0} answers again", issuer);
            saidAway = false;
            saidUnauthorized = false;
        }
    }

    /** Where to read why that failed when it was last tried; the reason itself is not for everybody. */
    synchronized Optional<String> problem(String what) {
        return Optional.ofNullable(failing.get(what));
    }
}

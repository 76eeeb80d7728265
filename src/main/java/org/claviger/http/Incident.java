package org.claviger.http;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.claviger.audit.Origin;
import org.claviger.settings.Settings;

/** A fault of ours: the caller gets its id, the log gets the rest. */
public final class Incident {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final SecureRandom RANDOM = Settings.random();

    private Incident() {}

    /** Logs the fault, with the correlation that the audit has too, and answers the id under which it is in the log. */
    public static String report(Throwable fault) {
        byte[] bytes = new byte[6];
        RANDOM.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        String correlation = Origin.current().correlation();
        LOG.log(
                Level.ERROR,
                "CLAVIGER-0500 incident " + id + (correlation.isEmpty() ? "" : ", correlation " + correlation),
                fault);
        return id;
    }
}

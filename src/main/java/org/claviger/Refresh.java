package org.claviger;

import java.lang.System.Logger.Level;
import org.claviger.client.Clients;

/** Keeps what a node holds in memory up to date with what other nodes write; runs every second. */
final class Refresh implements Runnable {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final Clients clients;
    private boolean failing;

    Refresh(Clients clients) {
        this.clients = clients;
    }

    /** Says once that the database is away and once that it is back; an exception would end the schedule. */
    @Override
    public void run() {
        try {
            clients.refresh();
            if (failing) {
                LOG.log(Level.INFO, "CLAVIGER-0202 the database is back");
            }
            failing = false;
        } catch (RuntimeException fault) {
            if (!failing) {
                LOG.log(
                        Level.ERROR,
                        "CLAVIGER-0201 the database cannot be read; this node goes on with what it knows",
                        fault);
            }
            failing = true;
        }
    }
}

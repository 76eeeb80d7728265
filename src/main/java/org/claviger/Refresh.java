package org.claviger;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.claviger.database.DatabaseAwayException;

/** What runs every second or more often: keeps what a node holds in memory up to date with what other nodes write, the keys fresh, the tables clean. */
final class Refresh implements Runnable {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final String complaint;
    private final List<Runnable> readings;
    private final Set<Runnable> failing = new HashSet<>();

    /** Each reading is done whatever becomes of the others; the complaint is logged once while one fails. */
    Refresh(String complaint, Runnable... readings) {
        this.complaint = complaint;
        this.readings = List.of(readings);
    }

    @Override
    public synchronized void run() {
        readings.forEach(this::read);
    }

    /** Whatever is thrown would end the schedule, an error without a word. */
    private void read(Runnable reading) {
        try {
            reading.run();
            failing.remove(reading);
        } catch (DatabaseAwayException logged) {
            // and this look at it is what ends an outage where nobody asks for anything
        } catch (RuntimeException | Error fault) {
            if (failing.add(reading)) {
                LOG.log(Level.ERROR, complaint, fault);
            }
        }
    }
}

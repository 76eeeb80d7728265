package org.claviger.database;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;

/** The database is away: neither a refusal nor a fault of ours, and worth another try in a moment. */
public final class DatabaseAwayException extends RuntimeException {
    /**
     * PostgreSQL ends, starts, is full (class 53), is a standby that cannot be written (25006), or has ended the connection of a node
     * that stood still (25P03, 25P04; appendix A of its manual); H2 has lost its connection or is being closed.
     */
    private static final Set<String> STATES =
            Set.of("57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "25006", "90067", "90098", "90121");

    /** The key is that of the setting that says where the database is. */
    DatabaseAwayException(String key, Throwable cause) {
        super(key + ": the database cannot be reached: " + reason(cause), cause);
    }

    /** Whether connectivity is what failed, and not what was asked or who asked. */
    static boolean isCauseOf(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof DatabaseAwayException || (cause instanceof SQLException sql && isAway(sql))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAway(SQLException thrown) {
        String state = thrown.getSQLState() == null ? "" : thrown.getSQLState();
        if (state.startsWith("90")) { // codes of H2, which says "non-transient connection" of a locked file too
            return STATES.contains(state);
        }
        return state.startsWith("08") // SQL standard, class 08: connection exception
                || state.startsWith("53")
                || STATES.contains(state)
                || thrown instanceof SQLTransientConnectionException
                || thrown instanceof SQLNonTransientConnectionException;
    }

    /** What the driver said, in one line and without a password that may stand in the URL. */
    static String reason(Throwable thrown) {
        Throwable said = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException || !(said instanceof SQLException)) {
                said = cause; // the innermost exception of SQL, for pools wrap what the driver says
            }
        }
        return String.valueOf(said.getMessage())
                .replaceAll("(?i)(password=)[^;&\\s]*", "$1***")
                .replaceAll("\\s+", " ")
                .replaceAll("[.]$", "");
    }
}

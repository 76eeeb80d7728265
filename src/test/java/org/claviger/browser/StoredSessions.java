package org.claviger.browser;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.claviger.database.Database;
import org.claviger.key.MacKeys;
import org.claviger.key.Seals;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Subject;

/** Browser sessions that a test puts into the database and takes away again. */
public final class StoredSessions {
    private final SessionStore store;

    public StoredSessions(Database database, MacKeys macKeys, SecureRandom random) {
        store = new SessionStore(database, new Seals(macKeys, random), Database::time);
    }

    private static Stored session(String name, FamilyId family, Subject subject, Instant now) {
        Instant end = now.plus(Duration.ofHours(1));
        return new Stored(name, "/demo", new ClientId("web"), subject, family, 1, "token", now, end, now, now, end);
    }

    public void open(String name, FamilyId family, Subject subject, Instant now) {
        store.database()
                .change(entities -> SessionStore.insert(entities, store.seal(session(name, family, subject, now))));
    }

    public void end(String name, FamilyId family, Subject subject, Instant now, String by) {
        store.delete(session(name, family, subject, now), "ended", by);
    }
}

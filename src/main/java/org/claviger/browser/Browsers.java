package org.claviger.browser;

import jakarta.persistence.EntityManager;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Function;
import org.claviger.client.Clients;
import org.claviger.database.Database;
import org.claviger.guard.LiveTokens;
import org.claviger.key.MacKeys;
import org.claviger.key.Seals;
import org.claviger.refresh.TokenFamilies;
import org.claviger.settings.Issuer;
import org.claviger.settings.RandomTokens;

/** The parts of browser sessions, put together. */
public record Browsers(BrowserSessions sessions, SignIns signIns) {
    /**
     * Makes them.
     *
     * @param time the clock of the database
     */
    public static Browsers of(
            Issuer issuer,
            Database database,
            MacKeys macKeys,
            SecureRandom random,
            Clients clients,
            LiveTokens liveTokens,
            TokenFamilies families,
            SessionTokens sessionTokens,
            Clock clock,
            Function<EntityManager, Instant> time) {
        Seals seals = new Seals(macKeys, random);
        SessionCookies cookies = new SessionCookies(issuer, macKeys);
        BrowserSessions sessions = new BrowserSessions(
                new SessionStore(database, seals, time), sessionTokens, liveTokens, clients, families, cookies);
        SignIns signIns = new SignIns(issuer, clients, sessions, cookies, seals, new RandomTokens(random), clock);
        return new Browsers(sessions, signIns);
    }
}

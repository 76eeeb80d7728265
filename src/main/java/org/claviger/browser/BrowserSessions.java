package org.claviger.browser;

import static org.claviger.oauth.ErrorCode.INVALID_GRANT;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.database.DatabaseAwayException;
import org.claviger.guard.LiveTokens;
import org.claviger.http.Incident;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.refresh.TokenFamilies;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of browsers at applications. A browser holds a random identifier, the database the tokens; a node remembers the sessions that
 * it is asked for, so that a busy one costs no SQL, and asks the revocations each time. An access token is renewed when the threshold of
 * its client's classification has passed: by one thread of one node, while all others go on with the one that is still good.
 */
public final class BrowserSessions {
    public static final Expiring EXPIRING =
            new Expiring("BrowserSessionRow", "idHash", "e.expiresAt <= :then", Duration.ZERO);

    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final int REMEMBERED = 10_000;
    private static final Duration NOTE_USE_AFTER = Duration.ofSeconds(30);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /** For how long a request waits for another that renews: each who waits holds a thread of the server, which all applications need. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** For how long after a renewal that failed, or was waited for in vain, nobody waits for the next. */
    private static final Duration IMPATIENT_FOR = Duration.ofSeconds(30);

    private static final int TRIES = 3;

    /** For how long a session that is not there is not looked up again: an identifier that we gave away was in the database before. */
    private static final Duration GONE_FOR = Duration.ofSeconds(5);

    /** Who ends what nobody asked to be ended, in the audit. */
    private static final String BY_ITSELF = "the browser session";

    private final SessionStore store;
    private final SessionTokens tokens;
    private final LiveTokens liveTokens;
    private final Clients clients;
    private final TokenFamilies families;
    private final SessionCookies cookies;
    private final Map<String, Live> remembered = lastUsed();
    private final Map<String, Instant> gone = lastUsed();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    BrowserSessions(
            SessionStore store,
            SessionTokens tokens,
            LiveTokens liveTokens,
            Clients clients,
            TokenFamilies families,
            SessionCookies cookies) {
        this.store = store;
        this.tokens = tokens;
        this.liveTokens = liveTokens;
        this.clients = clients;
        this.families = families;
        this.cookies = cookies;
    }

    private static <T> Map<String, T> lastUsed() {
        return Collections.synchronizedMap(new LinkedHashMap<>(64, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > REMEMBERED;
            }
        });
    }

    /**
     * Redeems a code for a session that begins, and gives the browser its cookie. If the session cannot be kept, the code is not consumed.
     *
     * @throws OAuthException as {@link SessionTokens#redeem}
     */
    Stored open(HttpServletResponse response, SessionTokens.Redemption redemption, String application, String id)
            throws OAuthException {
        Stored session = tokens.redeem(redemption, application, id, store);
        remembered.put(session.idHash(), new Live(session));
        cookies.set(response, id, session.application());
        return session;
    }

    /**
     * The session of this browser at this application, with an access token that is good at this moment.
     *
     * @throws OAuthException {@code temporarily_unavailable} if that cannot be told now
     * @throws DatabaseAwayException if it cannot be looked up
     */
    public Optional<BrowserSession> find(HttpServletRequest request, BrowserApplication application)
            throws OAuthException {
        for (String idHash : cookies.sessions(request)) {
            Optional<BrowserSession> found = find(idHash, application);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<BrowserSession> find(String idHash, BrowserApplication application) throws OAuthException {
        Live live = live(idHash);
        if (live == null
                || !live.stored.application().equals(application.path())
                || !live.stored.client().equals(application.client())) {
            return Optional.empty();
        }
        Optional<Client> client = clients.find(application.client()); // a disabled one is not there, and ends nothing
        if (client.isEmpty() || isOver(live, client.get())) {
            return Optional.empty();
        }
        Instant now = tokens.now();
        Stored seen = live.stored; // once: what somebody else renews meanwhile is not due again
        if (!now.isBefore(tokens.renewalDue(seen, client.get())) && !renew(live, seen, client.get())) {
            return Optional.empty();
        }
        Optional<VerifiedJwt> token = prove(live, client.get());
        token.ifPresent(good -> noteUse(live, client.get(), now));
        return token.map(good -> new BrowserSession(idHash, good, live.stored.subject(), live.stored.expiresAt()));
    }

    /** How often this node remembered the session that it was asked for, or that there is none. */
    public long hits() {
        return hits.sum();
    }

    /** How often it had to look it up in the database. */
    public long misses() {
        return misses.sum();
    }

    private @Nullable Live live(String idHash) {
        Live known = remembered.get(idHash);
        if (known != null) {
            hits.increment();
            return known;
        }
        Instant now = tokens.now();
        Instant until = gone.get(idHash);
        if (until != null && now.isBefore(until)) {
            hits.increment();
            return null;
        }
        misses.increment();
        Optional<Stored> stored = store.find(idHash);
        if (stored.isEmpty()) {
            gone.put(idHash, now.plus(GONE_FOR));
        }
        return stored.map(session -> remembered.computeIfAbsent(idHash, none -> new Live(session)))
                .orElse(null);
    }

    /** Whether it has lived, or been unused, for as long as it may; another node may know of a later use. */
    private boolean isOver(Live live, Client client) {
        Instant now = tokens.now();
        if (!now.isBefore(live.stored.expiresAt())) {
            endByItself(live.stored, "at its end");
            return true;
        }
        if (now.isBefore(live.notedAt.plus(tokens.idle(client)))) {
            return false;
        }
        Optional<Stored> row = store.find(live.stored.idHash());
        if (row.isPresent() && now.isBefore(row.get().lastUsedAt().plus(tokens.idle(client)))) {
            live.notedAt = row.get().lastUsedAt();
            return false;
        }
        endByItself(live.stored, "unused for too long");
        return true;
    }

    /** What is not good may be so because of its key alone, and then there is another token to be had. */
    private Optional<VerifiedJwt> prove(Live live, Client client) throws OAuthException {
        Stored seen = live.stored;
        try {
            return Optional.of(liveTokens.prove(seen.token()));
        } catch (InvalidTokenException ended) {
            if (!renewAtOnce(live, seen, client)) {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(liveTokens.prove(live.stored.token()));
        } catch (InvalidTokenException ended) {
            return Optional.empty();
        }
    }

    /** Renews what is due; as long as the token is good nobody waits for that, and nothing fails by it. Whether the session goes on. */
    private boolean renew(Live live, Stored seen, Client client) throws OAuthException {
        Instant now = tokens.now();
        if (!seen.isTokenValid(now)) {
            return renewAtOnce(live, seen, client);
        }
        if (live.hasFailedWithin(RETRY_AFTER, now) || !live.renewing.tryLock()) {
            return true;
        }
        try {
            return renewLocked(live, seen, client);
        } catch (OAuthException unavailable) {
            return goOn(live, now, unavailable);
        } catch (RuntimeException fault) {
            return goOn(live, now, fault);
        } finally {
            live.renewing.unlock();
        }
    }

    private static boolean goOn(Live live, Instant now, Exception reason) {
        if (live.failedAt.equals(Instant.MIN)) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-1002 a browser session of {0} cannot be renewed, and goes on with the token that it has: {1}",
                    live.stored.application(),
                    reason.getMessage());
        }
        live.failedAt = now;
        return true;
    }

    /** There is no token to go on with: everybody waits for the one who renews, but not when that has failed a moment ago. */
    private boolean renewAtOnce(Live live, Stored seen, Client client) throws OAuthException {
        requireRetry(live);
        lock(live);
        try {
            if (live.stored.equals(seen)) { // nobody has renewed it; somebody may have tried in vain
                requireRetry(live);
            }
            return renewLocked(live, seen, client);
        } catch (OAuthException | RuntimeException failed) {
            live.failedAt = tokens.now();
            throw failed;
        } finally {
            live.renewing.unlock();
        }
    }

    private void requireRetry(Live live) throws OAuthException {
        if (live.hasFailedWithin(RETRY_AFTER, tokens.now())) {
            throw OAuthException.unavailable("the session could not be renewed a moment ago", RETRY_AFTER);
        }
    }

    private void lock(Live live) throws OAuthException {
        boolean impatient = live.hasFailedWithin(IMPATIENT_FOR, tokens.now());
        try {
            if (!live.renewing.tryLock(impatient ? 0 : PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                if (!impatient) { // and nobody waits now for what this one has waited for
                    live.failedAt = tokens.now();
                }
                throw OAuthException.unavailable("the session is being renewed", RETRY_AFTER);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw OAuthException.unavailable("the server is stopping", RETRY_AFTER);
        }
    }

    private boolean renewLocked(Live live, Stored seen, Client client) throws OAuthException {
        if (!live.stored.equals(seen)) { // by another thread, before this had the lock
            return true;
        }
        try {
            Optional<Stored> next = next(seen, client);
            if (next.isEmpty()) {
                remembered.remove(seen.idHash());
                return false;
            }
            live.stored = next.get();
            live.failedAt = Instant.MIN;
            return true;
        } catch (OAuthException refusal) {
            if (refusal.code() != INVALID_GRANT) {
                throw refusal;
            }
            endByItself(seen, refusal.detail().isEmpty() ? refusal.description() : refusal.detail());
            return false;
        }
    }

    /** The session with its next token, made here or by the node that was first; empty if the session has ended. */
    private Optional<Stored> next(Stored seen, Client client) throws OAuthException {
        for (int i = 0; i < TRIES; i++) {
            Optional<Stored> row = store.find(seen.idHash());
            if (row.isEmpty()) {
                return row;
            }
            requireNotNamed(seen);
            requireNotNamed(row.get());
            if (row.get().generation() > seen.generation() && row.get().isTokenValid(tokens.now())) {
                return row;
            }
            Optional<Stored> renewed = tokens.renew(row.get(), client, store);
            if (renewed.isPresent()) {
                return renewed;
            }
        }
        throw new OAuthException(ErrorCode.TEMPORARILY_UNAVAILABLE, "the session is being renewed elsewhere");
    }

    /** Who revokes a token by its name means what the browser has: it gets no other in its place, nor when that one has expired. */
    private void requireNotNamed(Stored session) throws OAuthException {
        if (liveTokens.isRevokedByName(session.token())) {
            throw new OAuthException(INVALID_GRANT, "the access token was revoked");
        }
    }

    /** Written down seldom, so that a busy session is not a row that is always being written; nothing fails by it. */
    private void noteUse(Live live, Client client, Instant now) {
        Duration tenth = tokens.idle(client).dividedBy(10);
        Duration after = tenth.compareTo(NOTE_USE_AFTER) < 0 ? tenth : NOTE_USE_AFTER;
        Instant noted = live.notedAt;
        if (!now.isAfter(noted.plus(after)) || !live.note(noted, now)) {
            return;
        }
        try {
            store.noteUse(live.stored.idHash());
        } catch (DatabaseAwayException away) {
            live.notedAt = noted;
        } catch (RuntimeException fault) {
            Incident.report(fault);
        }
    }

    /** Ends the session of this browser at this application, on every node, whether or not it is good for anything at this moment. */
    public void end(HttpServletRequest request, HttpServletResponse response, BrowserApplication application) {
        for (String name : cookies.sessions(request)) {
            Live live = live(name);
            if (live != null && live.stored.application().equals(application.path())) {
                end(live.stored, "signed out", live.stored.subject().value());
            }
        }
        cookies.clear(response, application.path());
    }

    /**
     * Ends the session of this name, if it is one at the same application as that which has just begun: cookies of enclosing paths come
     * along with a request, and belong to others.
     */
    void endEarlier(String name, Stored begun) {
        Live live = live(name);
        if (live != null && live.stored.application().equals(begun.application())) {
            end(live.stored, "signed in again", begun.subject().value());
        }
    }

    /** Ends what is over by the clock of this node. If that is ahead of the database's, this node alone refuses the session. */
    private void endByItself(Stored session, String reason) {
        if (store.hasCome(tokens.now())) {
            end(session, reason, BY_ITSELF);
        }
    }

    /** First what other nodes hear of: where that fails, all of it is still there. */
    private void end(Stored session, String reason, String by) {
        families.end(
                session.family(),
                "the browser session ended",
                Map.of("subject", session.subject(), "client", session.client(), "by", by));
        store.delete(session, reason, by);
        remembered.remove(session.idHash());
        gone.put(session.idHash(), tokens.now().plus(GONE_FOR));
    }
}

package org.claviger.remote;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.claviger.database.Freshness;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.InvalidTokenException.Check;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.RandomTokens;
import org.jspecify.annotations.Nullable;

/**
 * Asks the issuer about each token (RFC 7662), and goes by the answer for a while: never beyond the token's own end, and RFC 7662 section 4
 * warns of longer. Only tokens that verify are asked about, so garbage costs the issuer nothing. The issuer tells of a token that is for
 * the {@code resource} as which this client is registered there, and of no other.
 */
final class Introspection implements Knowledge {
    private static final String WHAT = "/introspect";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final IssuerConnection.Limits LIMITS =
            new IssuerConnection.Limits(Duration.ofSeconds(3), 256 * 1024);

    /** For how long at most a refusal is remembered: a client that is enabled again must not wait for long. */
    private static final Duration REFUSED = Duration.ofSeconds(10);

    /** After this it is tried again, in the background: nobody waits for what has just failed. */
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    /** Each of them holds a thread of the server, of which Payara Server has five unless told otherwise. */
    private static final int AT_ONCE = 4;

    /** How long who comes beside them waits for its turn. */
    private static final Duration TURN = Duration.ofSeconds(1);

    private static final int HALF = 5_000;
    private static final JsonProvider JSON = JsonProvider.provider();

    private final IssuerConnection issuer;
    private final Contact contact;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Duration life;
    private final Duration maxStaleness;
    private final Freshness freshness;
    private final Semaphore asking = new Semaphore(AT_ONCE);
    private final Map<String, CompletableFuture<Entry>> asked = new ConcurrentHashMap<>();
    private volatile Map<String, Entry> young = new ConcurrentHashMap<>();
    private volatile Map<String, Entry> old = new ConcurrentHashMap<>();
    private volatile boolean begun;
    private volatile boolean away;
    private volatile long notBefore;

    /** Good by both clocks: the one may be set back, the other stands while a machine sleeps. */
    private record Entry(boolean active, Instant until, long nanosUntil) {
        boolean isOver(Instant now, long nanos) {
            return !now.isBefore(until) || nanos - nanosUntil >= 0;
        }
    }

    /** @param life for how long it goes by an answer */
    Introspection(
            IssuerConnection issuer,
            Contact contact,
            Clock clock,
            LongSupplier nanoTime,
            Duration maxStaleness,
            Duration life) {
        this.issuer = issuer;
        this.contact = contact;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.life = life;
        this.maxStaleness = maxStaleness;
        this.freshness = new Freshness(maxStaleness, clock, nanoTime);
        this.notBefore = nanoTime.getAsLong();
    }

    @Override
    public void requireFresh() throws OAuthException {
        if (!begun) {
            throw unavailable();
        }
        freshness.require();
    }

    private static OAuthException unavailable() {
        return OAuthException.unavailable("the issuer cannot be asked", RETRY_AFTER);
    }

    @Override
    public void check(VerifiedJwt jwt) throws InvalidTokenException, OAuthException {
        String key = RandomTokens.hash(jwt.encoded());
        Entry known = find(key);
        if (known == null || known.isOver(clock.instant(), nanoTime.getAsLong())) {
            known = life.isZero() ? ask(jwt) : askOnce(key, jwt);
        }
        if (!known.active) {
            throw new InvalidTokenException(Check.REVOCATION, "the issuer says that it is not active");
        }
    }

    /** Of many who want to know it of one token at the same time, one asks. */
    private Entry askOnce(String key, VerifiedJwt jwt) throws OAuthException {
        CompletableFuture<Entry> mine = new CompletableFuture<>();
        CompletableFuture<Entry> first = asked.putIfAbsent(key, mine);
        if (first != null) {
            return answerTo(first);
        }
        try {
            Entry entry = ask(jwt);
            remember(key, entry);
            mine.complete(entry);
            return entry;
        } finally {
            asked.remove(key, mine);
            mine.cancel(false); // where there is no answer
        }
    }

    private static Entry answerTo(CompletableFuture<Entry> asked) throws OAuthException {
        try {
            return asked.get(LIMITS.time().plus(TURN).toMillis(), TimeUnit.MILLISECONDS);
        } catch (CancellationException | ExecutionException | TimeoutException none) {
            throw unavailable();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw unavailable();
        }
    }

    private Entry ask(VerifiedJwt jwt) throws OAuthException {
        if (away || !takeTurn()) {
            throw unavailable();
        }
        Instant begin = clock.instant();
        long nanos = nanoTime.getAsLong();
        try {
            boolean active = isActive(jwt.encoded());
            Duration held = active || life.compareTo(REFUSED) < 0 ? life : REFUSED;
            Instant expiresAt = Instant.ofEpochSecond(jwt.seconds("exp").orElse(0L));
            Instant latest = begin.plus(held);
            return new Entry(active, expiresAt.isBefore(latest) ? expiresAt : latest, nanos + held.toNanos());
        } catch (IssuerAwayException gone) {
            throw unavailable();
        } finally {
            asking.release();
        }
    }

    private boolean takeTurn() {
        try {
            return asking.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isActive(String token) throws IssuerAwayException {
        Freshness.Moment begin = freshness.now();
        try {
            boolean active = isActive(answerTo("token=" + IssuerConnection.encode(token)));
            freshness.renew(begin);
            begun = true;
            away = false;
            contact.succeeded(WHAT);
            return active;
        } catch (IssuerAwayException gone) {
            contact.failed(WHAT, gone);
            notBefore = nanoTime.getAsLong() + (gone.isUnauthorized() ? AFTER_REFUSAL : AFTER_FAILURE).toNanos();
            away = true;
            throw gone;
        }
    }

    /** Once more where a node of the issuer fails: another may answer, and to ask changes nothing. */
    private IssuerConnection.Answer answerTo(String question) throws IssuerAwayException {
        try {
            return issuer.postAsClient(WHAT, question, LIMITS);
        } catch (IssuerAwayException failed) {
            if (!failed.isServerError()) {
                throw failed;
            }
            return issuer.postAsClient(WHAT, question, LIMITS);
        }
    }

    /** Nothing but {@code true} says yes. */
    private static boolean isActive(IssuerConnection.Answer answer) throws IssuerAwayException {
        try (JsonReader reader = JSON.createReader(new StringReader(answer.text()))) {
            JsonObject said = reader.readObject();
            if (!said.containsKey("active")) {
                throw new IssuerAwayException(WHAT + " does not say what is active");
            }
            return JsonValue.TRUE.equals(said.get("active"));
        } catch (JsonException garbage) {
            throw new IssuerAwayException(WHAT + " is not what it should be");
        }
    }

    /** Asks about a token that is none, so that it is known whether the issuer is there before anybody needs it. */
    @Override
    public void run() {
        boolean due = !begun || away || freshness.staleness().compareTo(maxStaleness.dividedBy(3)) >= 0;
        if (!due || nanoTime.getAsLong() - notBefore < 0) {
            return;
        }
        try {
            isActive("none");
        } catch (IssuerAwayException logged) {
            // and tried again
        }
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public Optional<String> problem() {
        return begun && !freshness.isStale()
                ? Optional.empty()
                : Optional.of("the issuer cannot be asked what is revoked"
                        + contact.problem(WHAT).map(": "::concat).orElse(""));
    }

    @Override
    public Duration staleness() {
        return freshness.staleness();
    }

    private @Nullable Entry find(String key) {
        Entry entry = young.get(key);
        return entry == null ? old.get(key) : entry;
    }

    private void remember(String key, Entry entry) {
        if (young.size() >= HALF) {
            synchronized (this) {
                if (young.size() >= HALF) {
                    old = young;
                    young = new ConcurrentHashMap<>();
                }
            }
        }
        young.put(key, entry);
    }

    @Override
    public void prune() {
        Instant now = clock.instant();
        long nanos = nanoTime.getAsLong();
        young.values().removeIf(entry -> entry.isOver(now, nanos));
        old.values().removeIf(entry -> entry.isOver(now, nanos));
    }

    @Override
    public int size() {
        return young.size() + old.size();
    }
}

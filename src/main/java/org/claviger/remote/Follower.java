package org.claviger.remote;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import java.io.StringReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.claviger.database.Freshness;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.InvalidTokenException.Check;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.KnownRevocations;
import org.claviger.revocation.KnownRevocations.Ended;
import org.claviger.revocation.RevocationKind;
import org.jspecify.annotations.Nullable;

/**
 * Follows what ends at the issuer: one request after the other, each of which the issuer answers when it has something to tell. Judged is
 * by memory alone, by the same look-ups as there. What is known stays until it expires, whatever the issuer says later.
 */
final class Follower implements Knowledge {
    private static final String WHAT = "/revocations";
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    /** Beyond what it may wait: who has not answered then is not there any more, and others may be. */
    private static final Duration ANSWER = Duration.ofSeconds(2);

    /** All of it may be long. */
    private static final Duration WHOLE_ANSWER = Duration.ofSeconds(10);

    private static final int SIZE = 32 * 1024 * 1024;

    /** After this all is asked for again, so that nothing depends on every answer before. */
    private static final Duration WHOLE = Duration.ofMinutes(15);

    /** By so much the answers of two nodes may differ. */
    private static final Duration LATE = Duration.ofMinutes(1);

    /** How many nodes of the issuer are remembered; one that is not tells everything again. */
    private static final int MOST_NODES = 32;

    private static final JsonProvider JSON = JsonProvider.provider();

    private final IssuerConnection issuer;
    private final Contact contact;
    private final Freshness freshness;
    private final LongSupplier nanoTime;
    private final KnownRevocations known;
    private final Duration wait;
    private final Runnable keyRevoked;
    private final Map<String, Long> positions = new LinkedHashMap<>();
    private volatile boolean begun;
    private volatile @Nullable IssuerTime issuerTime;

    /** By when that was heard. */
    private volatile Map<String, Long> disabled = Map.of();

    private String mark = "";
    private int failures;
    private long notBefore;
    private long wholeAt;

    /** What time it was at the issuer when it answered: what it knows expires by its clock, whatever is done to the one here. */
    private record IssuerTime(Instant time, long nanos) {
        Instant at(long now) {
            return time.plusNanos(now - nanos);
        }
    }

    /** @param keyRevoked what is to be done where a key has ended */
    Follower(
            IssuerConnection issuer,
            Contact contact,
            Clock clock,
            LongSupplier nanoTime,
            Duration maxStaleness,
            Runnable keyRevoked) {
        this.issuer = issuer;
        this.contact = contact;
        this.nanoTime = nanoTime;
        this.freshness = new Freshness(maxStaleness, clock, nanoTime);
        this.known = new KnownRevocations(freshness);
        // What is known is as old as the question that was answered, and twice that until the next one is: idle, it
        // stays below half of what may be,
        // where the alert begins.
        Duration eighth = maxStaleness.dividedBy(8);
        this.wait = eighth.compareTo(LONGEST_WAIT) < 0 ? eighth : LONGEST_WAIT;
        this.keyRevoked = keyRevoked;
        this.notBefore = nanoTime.getAsLong();
        this.wholeAt = notBefore;
    }

    @Override
    public void requireFresh() throws OAuthException {
        if (!begun) {
            throw OAuthException.unavailable("what was revoked is not known yet", RETRY_AFTER);
        }
        freshness.require();
    }

    /** A client that was deleted has a revocation; one that is disabled has none, because it may come back. */
    @Override
    public void check(VerifiedJwt jwt) throws InvalidTokenException {
        if (jwt.text("client_id").filter(id -> !disabled.containsKey(id)).isEmpty()) {
            throw new InvalidTokenException(Check.CLIENT, "the client is gone");
        }
        if (known.isRevoked(jwt)) {
            throw new InvalidTokenException(Check.REVOCATION, "the token is revoked");
        }
    }

    @Override
    public Optional<String> problem() {
        if (!begun) {
            return Optional.of("the issuer has not said yet what was revoked"
                    + contact.problem(WHAT).map(": "::concat).orElse(""));
        }
        return freshness.isStale()
                ? Optional.of("the issuer last said " + freshness.staleness().toSeconds()
                        + " s ago what was revoked, and no token is accepted"
                        + contact.problem(WHAT).map(": "::concat).orElse(""))
                : Optional.empty();
    }

    @Override
    public void prune() {
        IssuerTime said = issuerTime;
        if (said != null) {
            known.prune(said.at(nanoTime.getAsLong()));
        }
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public int size() {
        return known.size();
    }

    @Override
    public Duration staleness() {
        return freshness.staleness();
    }

    @Override
    public void run() {
        if (nanoTime.getAsLong() - notBefore < 0) {
            return;
        }
        if (nanoTime.getAsLong() - wholeAt >= WHOLE.toNanos()) {
            wholeAt = nanoTime.getAsLong();
            positions.clear();
        }
        Freshness.Moment asked = freshness.now();
        try {
            Duration patience = positions.isEmpty() ? WHOLE_ANSWER : wait.plus(ANSWER);
            IssuerConnection.Limits limits = new IssuerConnection.Limits(patience, SIZE);
            Said said = read(issuer.getAsClient(question(), limits).text());
            Freshness.Moment moment = asked.minus(said.age);
            positions.remove(said.node);
            positions.put(said.node, said.next);
            if (positions.size() > MOST_NODES) {
                positions.remove(positions.keySet().iterator().next());
            }
            remember(said.now);
            disabled = disabled(said.disabled, moment);
            mark = said.mark;
            freshness.renew(moment);
            begun = true;
            failures = 0;
            contact.succeeded(WHAT);
        } catch (IssuerAwayException away) {
            failed(away);
        } catch (RuntimeException garbage) { // whatever is wrong with it: what cannot be read tells nothing
            failed(new IssuerAwayException(WHAT + " is not what it should be"));
        }
    }

    /** Of an issuer whose clock was set back it hears everything again: something may have been forgotten by the other one. */
    private void remember(Instant now) {
        IssuerTime before = issuerTime;
        long nanos = nanoTime.getAsLong();
        if (before != null && before.at(nanos).isAfter(now.plus(LATE))) {
            positions.clear();
        }
        issuerTime = new IssuerTime(now, nanos);
    }

    /** A node that knows only what was so before may not know yet what another has said. */
    private Map<String, Long> disabled(Set<String> said, Freshness.Moment moment) {
        Map<String, Long> all = new HashMap<>();
        disabled.forEach((name, heard) -> {
            if (moment.nanos() - heard < 0) {
                all.put(name, heard);
            }
        });
        long now = nanoTime.getAsLong();
        said.forEach(name -> all.put(name, now));
        return Map.copyOf(all);
    }

    /** The first time nothing need be wrong but a connection, or one node of several. */
    private void failed(IssuerAwayException away) {
        contact.failed(WHAT, away);
        failures++;
        Duration pause = away.isUnauthorized() ? AFTER_REFUSAL : failures == 1 ? Duration.ZERO : AFTER_FAILURE;
        notBefore = nanoTime.getAsLong() + pause.toNanos();
    }

    /** Who knows too little does not let the answer wait. */
    private String question() {
        boolean patient = begun && failures == 0 && !freshness.isStale();
        String after = positions.entrySet().stream()
                .map(node -> node.getKey() + "." + node.getValue())
                .collect(Collectors.joining(","));
        return WHAT + "?wait=" + (patient ? wait.toSeconds() : 0)
                + (after.isEmpty() ? "" : "&after=" + IssuerConnection.encode(after))
                + (mark.isEmpty() ? "" : "&clients=" + IssuerConnection.encode(mark));
    }

    /** What an answer says beside what has ended, which is known already when it is made. */
    private record Said(String node, long next, Duration age, Instant now, String mark, Set<String> disabled) {}

    /** Bit by bit, for the first answer may be long. What a later version says besides is passed over. */
    private Said read(String text) {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(new StringReader(text))) {
            parser.next();
            while (parser.hasNext() && parser.next() == JsonParser.Event.KEY_NAME) {
                String name = parser.getString();
                parser.next();
                if (name.equals("ended")) {
                    parser.getArrayStream().forEach(ended -> add(ended.asJsonArray()));
                } else {
                    members.put(name, parser.getValue());
                }
            }
        }
        return new Said(
                ((JsonString) require(members, "node")).getString(),
                number(require(members, "next")),
                Duration.ofMillis(Math.max(0, number(require(members, "age")))),
                Instant.ofEpochSecond(number(require(members, "now"))),
                ((JsonString) require(members, "clients")).getString(),
                require(members, "disabled").asJsonArray().getValuesAs(JsonString.class).stream()
                        .map(JsonString::getString)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    private static JsonValue require(Map<String, JsonValue> members, String name) {
        JsonValue value = members.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private static long number(JsonValue value) {
        return ((JsonNumber) value).longValueExact();
    }

    /** Of a kind that only a later version knows there is nothing that it could end here. */
    private void add(JsonArray ended) {
        Optional<RevocationKind> kind = RevocationKind.find(ended.getString(0));
        kind.ifPresent(found -> known.add(new Ended(
                found, ended.getString(1), found.isDated() ? number(ended.get(3)) : 0, number(ended.get(2)))));
        kind.filter(RevocationKind.KEY::equals).ifPresent(key -> keyRevoked.run());
    }
}

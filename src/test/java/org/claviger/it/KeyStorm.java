package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.JwksVerificationKeyResolver;
import org.jose4j.lang.JoseException;

/**
 * Clients that get tokens from every node without a pause (a short one while a node starts), applications of every node that are called with them, the newest and
 * older ones; and a verifier elsewhere whose JWK set is always as old as it may be.
 */
final class KeyStorm implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final int REMEMBERED = 500;

    private final List<RunningClaviger> nodes;
    private final Duration oldest;
    private final Set<RunningClaviger> down = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final Deque<String> tokens = new ArrayDeque<>();
    private final Deque<Fetched> fetched = new ArrayDeque<>();
    private volatile boolean over;

    final AtomicInteger issued = new AtomicInteger();
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger acceptedElsewhere = new AtomicInteger();
    final Set<String> kids = ConcurrentHashMap.newKeySet();
    final Queue<String> failures = new ConcurrentLinkedQueue<>();

    private record Fetched(long nanos, JsonWebKeySet keys) {}

    /** Begins; {@code oldest} is how long the verifier elsewhere keeps a set. */
    KeyStorm(List<RunningClaviger> nodes, Duration oldest) {
        this.nodes = nodes;
        this.oldest = oldest;
        for (int i = 0; i < CLIENTS; i++) {
            Random random = new Random(i);
            begin(() -> issueAndCall(random));
        }
        begin(this::fetch);
    }

    private interface Work {
        void once() throws Exception;
    }

    private void begin(Work work) {
        running.add(threads.submit(() -> {
            while (!over) {
                work.once();
            }
            return true;
        }));
    }

    /** From now on nobody minds if this node does not answer. */
    void expectDown(RunningClaviger node) {
        down.add(node);
    }

    void expectUp(RunningClaviger node) {
        down.remove(node);
    }

    private interface Request {
        HttpResponse<String> send() throws InterruptedException, IOException;
    }

    /** The status, or 0 if the node is down and may be. */
    private int ask(RunningClaviger node, String what, Request request, List<String> body) throws InterruptedException {
        boolean wasDown = down.contains(node);
        String failure;
        try {
            HttpResponse<String> answer = request.send();
            if (answer.statusCode() == 200) {
                body.add(answer.body());
                return 200;
            }
            failure = answer.statusCode() + " " + answer.headers().map().get("WWW-Authenticate") + answer.body();
        } catch (IOException gone) {
            failure = gone.toString();
        }
        if (!wasDown && !down.contains(node)) {
            failures.add(what + " at node " + nodes.indexOf(node) + ": " + failure);
        }
        return 0;
    }

    private void issueAndCall(Random random) throws InterruptedException {
        if (!down.isEmpty()) { // which needs the processors to come back
            Thread.sleep(20);
        }
        RunningClaviger issuer = nodes.get(random.nextInt(nodes.size()));
        if (down.contains(issuer)) {
            return;
        }
        List<String> body = new ArrayList<>();
        if (ask(issuer, "issue", () -> serviceToken(issuer), body) != 200) {
            return;
        }
        issued.incrementAndGet();
        String token = json(body.get(0)).getString("access_token");
        kids.add(Jwts.header(token).getString("kid"));
        for (RunningClaviger node : nodes) {
            call(node, "the newest token", token);
        }
        callElsewhere(token);
        String older = exchange(token, random);
        call(nodes.get(random.nextInt(nodes.size())), "an older token", older);
        callElsewhere(older);
    }

    private static HttpResponse<String> serviceToken(RunningClaviger node) throws InterruptedException, IOException {
        return node.post(
                "/api/v2/auth/token",
                form("grant_type", "client_credentials"),
                "Authorization",
                basic("service", "service-secret-of-at-least-32-characters"));
    }

    private void call(RunningClaviger node, String what, String token) throws InterruptedException {
        List<String> body = new ArrayList<>();
        String kid = Jwts.header(token).getString("kid");
        if (!down.contains(node)
                && ask(
                                node,
                                what + " by " + kid,
                                () -> node.get("/plain/api/orders", "Authorization", "Bearer " + token),
                                body)
                        == 200) {
            accepted.incrementAndGet();
        }
    }

    private synchronized String exchange(String token, Random random) {
        tokens.addLast(token);
        if (tokens.size() > REMEMBERED) {
            tokens.removeFirst();
        }
        return List.copyOf(tokens).get(random.nextInt(tokens.size()));
    }

    /** Ten times a second, from each node in turn. A set is as old as the question. */
    private void fetch() throws InterruptedException, JoseException {
        for (RunningClaviger node : nodes) {
            List<String> body = new ArrayList<>();
            long asked = System.nanoTime();
            if (!down.contains(node) && ask(node, "fetch", () -> node.get("/api/v2/auth/jwks"), body) == 200) {
                Fetched now = new Fetched(asked, new JsonWebKeySet(body.get(0)));
                synchronized (fetched) {
                    fetched.addLast(now);
                    fetched.notifyAll();
                }
            }
            Thread.sleep(100);
        }
    }

    private void callElsewhere(String token) throws InterruptedException {
        JsonWebKeySet keys;
        synchronized (fetched) {
            while (!fetched.isEmpty() && System.nanoTime() - fetched.getFirst().nanos > oldest.toNanos()) {
                fetched.removeFirst();
            }
            while (fetched.isEmpty() && !over) { // on a slow machine; what is too old must not be used
                fetched.wait(100);
            }
            if (fetched.isEmpty()) {
                return;
            }
            keys = fetched.getFirst().keys;
        }
        try {
            new JwtConsumerBuilder()
                    .setVerificationKeyResolver(new JwksVerificationKeyResolver(keys.getJsonWebKeys()))
                    .setExpectedIssuer(nodes.get(0).issuer())
                    .setSkipDefaultAudienceValidation()
                    .build()
                    .processToClaims(token);
            acceptedElsewhere.incrementAndGet();
        } catch (InvalidJwtException refused) {
            failures.add("elsewhere: " + Jwts.header(token) + " " + refused.getErrorDetails());
        }
    }

    /** Ends it; what went wrong is in {@link #failures}. */
    void end() throws InterruptedException, ExecutionException {
        over = true;
        for (Future<?> work : running) {
            work.get();
        }
    }

    void assertNothingWasRejected() {
        assertThat(failures).isEmpty();
        assertThat(issued.get()).isPositive();
        assertThat(accepted.get()).isGreaterThan(issued.get());
        assertThat(acceptedElsewhere.get()).isGreaterThanOrEqualTo(issued.get());
    }

    @Override
    public String toString() {
        return issued + " tokens issued by " + kids.size() + " keys, " + accepted + " accepted by applications and "
                + acceptedElsewhere + " elsewhere, " + failures.size() + " failures";
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
    }
}

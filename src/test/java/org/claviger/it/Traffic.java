package org.claviger.it;

import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.claviger.it.History.Call;
import org.claviger.it.History.Kind;

/** Clients at all nodes of an installation that do what clients do, and what they should not, and write down what they were told. */
final class Traffic implements AutoCloseable {
    private static final int SERVICES = 4;
    private static final int LONGEST_SESSION = 10;
    private static final String SECRET_OF_SERVICE = basic("service", "service-secret-of-at-least-32-characters");
    private static final String SECRET_OF_WEB = basic("web", "web-secret-of-at-least-32-characters");

    private final History history = new History();
    private final Duration pause;
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final Map<RunningClaviger, Set<Kind>> succeeded = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    /** Read by whoever asks, so that there is a moment at which nobody asks a node that is to go. */
    private final ReadWriteLock asking = new ReentrantReadWriteLock();

    private volatile List<RunningClaviger> nodes;
    private volatile long since;
    private volatile boolean over;

    /**
     * Begins.
     *
     * @param people each goes on with the browser in which they may have signed in before
     * @param pause after each answer
     */
    Traffic(List<RunningClaviger> nodes, List<Person> people, Duration pause) {
        this.nodes = List.copyOf(nodes);
        this.pause = pause;
        threads = Executors.newFixedThreadPool(people.size() + SERVICES);
        people.forEach(person -> {
            Random random = new Random(running.size());
            start(() -> session(person, random));
        });
        for (int i = 0; i < SERVICES; i++) {
            Random random = new Random(running.size());
            start(() -> service(random));
        }
    }

    History history() {
        return history;
    }

    /** What kept somebody from signing in or a service from a token: no answer, or another than expected. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    /** From now on clients ask these, as if a balancer had been told; returns when nobody waits for an answer of another. */
    void goTo(List<RunningClaviger> others) {
        asking.writeLock().lock();
        try {
            nodes = List.copyOf(others);
        } finally {
            asking.writeLock().unlock();
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws InterruptedException;
    }

    private void start(Work work) {
        running.add(threads.submit(() -> {
            while (!over) {
                work.run();
            }
            return null;
        }));
    }

    /** Something that a client asks; no answer is one too. */
    @FunctionalInterface
    private interface Question {
        HttpResponse<String> ask(RunningClaviger node) throws InterruptedException, IOException;
    }

    private record Answer(Call call, String accessToken) {}

    private Answer ask(Kind kind, Random random, String family, String token, Question question)
            throws InterruptedException {
        asking.readLock().lock();
        try {
            return ask(kind, any(random), family, token, question);
        } finally {
            asking.readLock().unlock();
        }
    }

    private Answer ask(Kind kind, RunningClaviger node, String family, String token, Question question)
            throws InterruptedException {
        int status = 0;
        String body = "";
        long begun = System.nanoTime();
        try {
            HttpResponse<String> answer = question.ask(node);
            status = answer.statusCode();
            body = answer.body();
        } catch (IOException nothing) {
            // The node is gone, or stands still.
        }
        long ended = System.nanoTime();
        boolean tokens = status == 200 && (kind == Kind.REDEEM || kind == Kind.REFRESH);
        Call call = new Call(
                kind,
                node.issuer(),
                family,
                token,
                begun,
                ended,
                status,
                tokens ? json(body).getString("refresh_token") : "");
        history.add(call);
        if (call.granted() && begun >= since) {
            succeeded
                    .computeIfAbsent(node, key -> ConcurrentHashMap.newKeySet())
                    .add(kind);
        } else if (call.isUnsure()) {
            TimeUnit.MILLISECONDS.sleep(50); // as Retry-After asks, in short
        }
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        return new Answer(call, tokens ? json(body).getString("access_token") : "");
    }

    private RunningClaviger any(Random random) {
        List<RunningClaviger> now = nodes;
        return now.get(random.nextInt(now.size()));
    }

    /** What something begins with. */
    @FunctionalInterface
    private interface Beginning {
        String at(RunningClaviger node) throws InterruptedException, IOException;
    }

    /** Answers nothing after a while if there is nothing to be had. */
    private String begin(Random random, Beginning beginning) throws InterruptedException {
        asking.readLock().lock();
        try {
            return beginning.at(any(random));
        } catch (IOException | AssertionError notNow) {
            failures.add(String.valueOf(notNow.getMessage()));
        } finally {
            asking.readLock().unlock();
        }
        TimeUnit.MILLISECONDS.sleep(50);
        return "";
    }

    private static String serviceToken(RunningClaviger node) throws InterruptedException, IOException {
        HttpResponse<String> answer = node.post(
                "/api/v2/auth/token", form("grant_type", "client_credentials"), "Authorization", SECRET_OF_SERVICE);
        if (answer.statusCode() != 200) {
            throw new IOException("a service got " + answer.statusCode());
        }
        return json(answer).getString("access_token");
    }

    /** A user signs in at any node, and the client goes on until the grant has ended. */
    private void session(Person person, Random random) throws InterruptedException {
        String code = begin(random, person::code);
        if (code.isEmpty()) {
            return;
        }
        Answer first = ask(Kind.REDEEM, random, code, code, node -> Person.redeem(node, code));
        if (random.nextInt(20) == 0) {
            ask(Kind.REDEEM, random, code, code, node -> Person.redeem(node, code));
        }
        if (!first.call.granted()) {
            return;
        }
        List<String> tokens = new ArrayList<>(List.of(first.call.successor()));
        String accessToken = first.accessToken;
        int status = 200;
        for (int i = 0; (status == 200 || status == 0 || status >= 500) && i < LONGEST_SESSION && !over; i++) {
            use(code, accessToken, random);
            String chosen = tokens.get(random.nextInt(25) == 0 ? random.nextInt(tokens.size()) : tokens.size() - 1);
            Answer refreshed = ask(Kind.REFRESH, random, code, chosen, node -> Person.refresh(node, chosen));
            status = refreshed.call.status();
            if (refreshed.call.granted()) {
                tokens.add(refreshed.call.successor());
                accessToken = refreshed.accessToken;
            }
        }
        String last = tokens.get(tokens.size() - 1);
        if (random.nextBoolean()) {
            ask(Kind.END, random, code, last, node -> revoke(node, SECRET_OF_WEB, last));
        }
        for (int i = 0; i < 3; i++) {
            use(code, accessToken, random);
        }
        ask(Kind.REFRESH, random, code, last, node -> Person.refresh(node, last));
    }

    /** A service has a token, which it revokes, and which somebody uses at every node before and after. */
    private void service(Random random) throws InterruptedException {
        String token = begin(random, Traffic::serviceToken);
        if (token.isEmpty()) {
            return;
        }
        use(token, token, random);
        ask(Kind.REVOKE, random, token, token, node -> revoke(node, SECRET_OF_SERVICE, token));
        for (int i = 0; i < 10 && !over; i++) {
            use(token, token, random);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** At a resource that is open to everybody, but not to a token that is not accepted. */
    private void use(String family, String accessToken, Random random) throws InterruptedException {
        ask(
                Kind.USE,
                random,
                family,
                accessToken,
                node -> node.get("/demo/api/open", "Authorization", "Bearer " + accessToken));
    }

    private static HttpResponse<String> revoke(RunningClaviger node, String authorization, String token)
            throws InterruptedException, IOException {
        return node.post("/api/v2/auth/revoke", form("token", token), "Authorization", authorization);
    }

    /**
     * Returns when every node has done everything that is asked of it, from now on.
     *
     * @return how long that took
     */
    Duration awaitSuccessOfEveryKind() throws Exception {
        since = System.nanoTime();
        succeeded.clear();
        long deadline = since + TimeUnit.SECONDS.toNanos(90);
        while (!nodes.stream()
                .allMatch(node -> succeeded.getOrDefault(node, Set.of()).containsAll(EnumSet.allOf(Kind.class)))) {
            for (Future<?> each : running) {
                if (each.isDone()) {
                    each.get(); // throws what ended it
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "since then: " + succeeded.values() + ", and in all: " + history.counts() + nodes);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Ends the traffic and hands on what went wrong in it. */
    void stop() throws Exception {
        over = true;
        for (Future<?> each : running) {
            each.get(60, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        over = true;
        threads.shutdownNow();
    }
}

package org.claviger.it;

import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import java.util.function.BooleanSupplier;
import org.claviger.it.History.Call;
import org.claviger.it.History.Kind;

/** Clients at all nodes of an installation that do what clients do, and what they should not, and write down what they were told. */
final class Traffic implements AutoCloseable {
    private static final int SERVICES = 4;
    private static final int LONGEST_SESSION = 10;

    /** How much of each pool is presented: those that were kept last, which a failure is most likely to lose, and as many of the first. */
    private static final int PRESENTED = 15;

    private static final String SECRET_OF_SERVICE = basic("service", "service-secret-of-at-least-32-characters");
    private static final String SECRET_OF_WEB = basic("web", "web-secret-of-at-least-32-characters");

    private final History history = new History();
    private final Duration pause;
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final Map<RunningClaviger, Set<Kind>> succeeded = new ConcurrentHashMap<>();
    private final Map<Pool, Queue<Kept>> pools = new ConcurrentHashMap<>();
    private final Duration longestUse;

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
     * @param bound within which a revocation is honoured: for some seconds more, services use what they have revoked
     */
    Traffic(List<RunningClaviger> nodes, List<Person> people, Duration pause, Duration bound) {
        this.nodes = List.copyOf(nodes);
        this.pause = pause;
        longestUse = bound.plusSeconds(3);
        for (Pool pool : Pool.values()) {
            pools.put(pool, new ConcurrentLinkedQueue<>());
        }
        threads = Executors.newFixedThreadPool(people.size() + SERVICES);
        people.forEach(person -> {
            Random random = new Random(running.size());
            start(() -> session(person, random));
        });
        for (int i = 0; i < SERVICES; i++) {
            Random random = new Random(running.size());
            Deque<Kept> revoked = new ArrayDeque<>();
            start(() -> service(random, revoked));
        }
    }

    /** What clients keep, and {@link #present} later. */
    enum Pool {
        /** refresh tokens that nobody has used */
        LIVE,
        /** refresh tokens whose successor nobody has used */
        USED,
        /** refresh tokens of families that have ended */
        ENDED,
        /** access tokens that have ended */
        REVOKED
    }

    /**
     * Something kept.
     *
     * @param other the access token, or the successor, that goes with it; empty if there is none
     * @param since by the clock of the history, when its state was known
     */
    private record Kept(String family, String token, String other, long since) {}

    private void keep(Pool pool, String family, String token, String other) {
        of(pool).add(new Kept(family, token, other, System.nanoTime()));
    }

    private Queue<Kept> of(Pool pool) {
        return Objects.requireNonNull(pools.get(pool));
    }

    /** Waits until there are some in every pool. */
    void awaitPools() throws Exception {
        await(() -> pools.values().stream().allMatch(kept -> kept.size() >= 5));
    }

    /**
     * Presents to every node what has been kept since before that instant, and writes down what they say of it.
     *
     * @return how much of each pool that was
     */
    Map<Pool, Integer> present(long before) throws InterruptedException {
        Map<Pool, Integer> presented = new EnumMap<>(Pool.class);
        for (Pool pool : Pool.values()) {
            List<Kept> kept =
                    of(pool).stream().filter(each -> each.since < before).toList();
            int first = Math.min(PRESENTED, kept.size());
            List<Kept> chosen = new ArrayList<>(kept.subList(0, first));
            chosen.addAll(kept.subList(Math.max(first, kept.size() - PRESENTED), kept.size()));
            for (Kept each : chosen) {
                present(pool, each);
            }
            presented.put(pool, chosen.size());
        }
        return presented;
    }

    private void present(Pool pool, Kept kept) throws InterruptedException {
        String live = kept.token;
        for (RunningClaviger node : nodes) {
            switch (pool) {
                case LIVE -> {
                    use(kept.family, kept.other, node);
                    live = refresh(kept.family, live, node);
                }
                case USED, ENDED -> refresh(kept.family, kept.token, node);
                case REVOKED -> use(kept.family, kept.token, node);
            }
        }
        if (pool == Pool.USED) { // which has ended the family of what came after
            for (RunningClaviger node : nodes) {
                refresh(kept.family, kept.other, node);
            }
        }
    }

    /** Answers what there is to use next: the same, if it was refused. */
    private String refresh(String family, String token, RunningClaviger node) throws InterruptedException {
        Call call = ask(Kind.REFRESH, node, family, token, asked -> Person.refresh(asked, token)).call;
        return call.granted() ? call.successor() : token;
    }

    History history() {
        return history;
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
            status = isOfServerItself(answer) ? 404 : answer.statusCode();
            body = answer.body();
        } catch (IOException nothing) {
            // The node is gone, or stands still.
        }
        long ended = System.nanoTime();
        boolean tokens = status == 200 && (kind == Kind.REDEEM || kind == Kind.REFRESH);
        boolean accessToken = tokens || (status == 200 && kind == Kind.SERVICE_TOKEN);
        Call call = new Call(
                kind,
                node.issuer(),
                family,
                token,
                begun,
                ended,
                status,
                tokens ? json(body).getString("refresh_token") : "");
        add(call, node);
        return new Answer(call, accessToken ? json(body).getString("access_token") : "");
    }

    /** What a server says of a caller before Claviger is deployed, which is no word of Claviger's: it has no challenge for a token. */
    private static boolean isOfServerItself(HttpResponse<String> answer) {
        return answer.statusCode() == 401
                && answer.headers().allValues("WWW-Authenticate").stream()
                        .noneMatch(challenge -> challenge.startsWith("Bearer"))
                && answer.request().uri().getPath().startsWith("/demo/");
    }

    private void add(Call call, RunningClaviger node) throws InterruptedException {
        history.add(call);
        if (call.granted() && call.begun() >= since) {
            succeeded
                    .computeIfAbsent(node, key -> ConcurrentHashMap.newKeySet())
                    .add(call.kind());
        } else if (!call.granted() && !call.isRefused()) {
            TimeUnit.MILLISECONDS.sleep(50); // as Retry-After asks, in short
        }
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    }

    private RunningClaviger any(Random random) {
        List<RunningClaviger> now = nodes;
        return now.get(random.nextInt(now.size()));
    }

    /** Signs in where that is asked for; answers a code, or nothing after a while if there is none to be had. */
    private String begin(Person person, Random random) throws InterruptedException {
        asking.readLock().lock();
        try {
            RunningClaviger node = any(random);
            String code = "";
            int status = 0;
            long begun = System.nanoTime();
            try {
                code = person.code(node);
                status = 200;
            } catch (IOException nothing) {
                // As above.
            } catch (AssertionError another) {
                status = person.status();
            }
            // A page, or the way back to the client, but without a code: neither an answer nor a refusal.
            int told = code.isEmpty() && status < 400 ? 0 : status;
            add(new Call(Kind.BEGIN, node.issuer(), code, code, begun, System.nanoTime(), told, ""), node);
            return code;
        } finally {
            asking.readLock().unlock();
        }
    }

    /** A user signs in at any node, and the client goes on until the grant has ended, or it leaves it. */
    private void session(Person person, Random random) throws InterruptedException {
        String code = begin(person, random);
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
        Call call = first.call;
        // A session outlives the time in which it is refused nothing, but granted nothing either.
        for (int left = random.nextInt(LONGEST_SESSION) + 1; !call.isRefused() && left > 0 && !over; ) {
            use(code, accessToken, random);
            String chosen = tokens.get(random.nextInt(25) == 0 ? random.nextInt(tokens.size()) : tokens.size() - 1);
            Answer refreshed = ask(Kind.REFRESH, random, code, chosen, node -> Person.refresh(node, chosen));
            call = refreshed.call;
            if (call.granted()) {
                left--;
                tokens.add(call.successor());
                accessToken = refreshed.accessToken;
            }
        }
        String last = tokens.get(tokens.size() - 1);
        if (call.granted() && tokens.size() > 1) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    keep(Pool.LIVE, code, last, accessToken);
                    return;
                }
                case 1 -> {
                    keep(Pool.USED, code, tokens.get(random.nextInt(tokens.size() - 1)), last);
                    return;
                }
                case 2 -> call = ask(Kind.END, random, code, last, node -> revoke(node, SECRET_OF_WEB, last)).call;
                default -> {}
            }
        }
        for (int i = 0; i < 3; i++) {
            use(code, accessToken, random);
        }
        ask(Kind.REFRESH, random, code, last, node -> Person.refresh(node, last));
        if (call.isRefused() || (call.kind() == Kind.END && call.granted())) {
            keep(Pool.ENDED, code, last, "");
            keep(Pool.REVOKED, code, accessToken, "");
        }
    }

    /**
     * A service has a token, which somebody uses, and which it revokes.
     *
     * @param revoked what it used and revoked before, and uses for a while
     */
    private void service(Random random, Deque<Kept> revoked) throws InterruptedException {
        Answer issued = ask(Kind.SERVICE_TOKEN, random, "", "", Traffic::serviceToken);
        if (issued.call.granted()) {
            String token = issued.accessToken;
            use(token, token, random);
            Answer answer = ask(Kind.REVOKE, random, token, token, node -> revoke(node, SECRET_OF_SERVICE, token));
            if (answer.call.granted()) {
                keep(Pool.REVOKED, token, token, "");
                revoked.add(new Kept(token, token, "", System.nanoTime()));
            }
        }
        while (!revoked.isEmpty() && System.nanoTime() - revoked.element().since > longestUse.toNanos()) {
            revoked.remove();
        }
        List<Kept> used = List.copyOf(revoked);
        for (int i = 0; i < 8 && !used.isEmpty() && !over; i++) {
            Kept kept = used.get(random.nextInt(used.size()));
            use(kept.family, kept.token, random);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void use(String family, String accessToken, Random random) throws InterruptedException {
        ask(Kind.USE, random, family, accessToken, node -> call(node, accessToken));
    }

    private void use(String family, String accessToken, RunningClaviger node) throws InterruptedException {
        ask(Kind.USE, node, family, accessToken, asked -> call(asked, accessToken));
    }

    /** A resource that asks who calls: one that is open to everybody serves also while a server starts that judges nothing yet. */
    private static HttpResponse<String> call(RunningClaviger node, String accessToken)
            throws InterruptedException, IOException {
        return node.get("/demo/api/user", "Authorization", "Bearer " + accessToken);
    }

    private static HttpResponse<String> serviceToken(RunningClaviger node) throws InterruptedException, IOException {
        return node.post(
                "/api/v2/auth/token", form("grant_type", "client_credentials"), "Authorization", SECRET_OF_SERVICE);
    }

    private static HttpResponse<String> revoke(RunningClaviger node, String authorization, String token)
            throws InterruptedException, IOException {
        return node.post("/api/v2/auth/revoke", form("token", token), "Authorization", authorization);
    }

    /** Returns when every node has done everything that is asked of it, from now on. */
    void awaitSuccessOfEveryKind() throws Exception {
        expectSuccess();
        awaitSuccess();
    }

    /** From now on it counts what has been done. */
    void expectSuccess() {
        since = System.nanoTime();
        succeeded.clear();
    }

    /**
     * Returns when every node has done everything that is asked of it.
     *
     * @return how long that took, since it was expected
     */
    Duration awaitSuccess() throws Exception {
        await(() -> nodes.stream()
                .allMatch(node -> succeeded.getOrDefault(node, Set.of()).containsAll(EnumSet.allOf(Kind.class))));
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** Waits for something while clients go on. */
    void await(BooleanSupplier expected) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!expected.getAsBoolean()) {
            for (Future<?> each : running) {
                if (each.isDone()) {
                    each.get(); // throws what ended it
                }
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "granted since then: " + succeeded.values() + ", and in all: " + history.counts() + nodes);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
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

package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.claviger.Parallel;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Browser sessions at two nodes with one PostgreSQL: one whose token is renewed every few seconds while fifty requests at once come in,
 * and then several that are renewed all the time while one node after the other is killed; a thousand times, or
 * {@code -Dit.renewals=10000}.
 */
@Tag("postgresql")
@TestMethodOrder(OrderAnnotation.class)
@ExtendWith(NoSecondChance.class)
class BrowserSessionNodesIT {
    private static final Duration DUE = Duration.ofSeconds(3); // a tenth of 30 s
    private static final int RENEWALS = Integer.getInteger("it.renewals", 1_000);
    private static final int SESSIONS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Map<String, String> database;
    private static RunningClaviger one;
    private static RunningClaviger two;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.shared().newDatabase();
        Map<String, String> settings = new HashMap<>(database);
        settings.put("CLAVIGER_GUARD_BROWSER_CLIENT", "/demo=demo-web");
        settings.put("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT30S");
        settings.put("CLAVIGER_RENEWAL_THRESHOLD", "10");
        one = RunningClaviger.prepare(Path.of("target/it/browser-one"), settings);
        two = one.prepareNode(Path.of("target/it/browser-two"));
        one.start();
        two.start();
    }

    @AfterAll
    static void stop() {
        if (two != null) {
            two.close();
        }
        if (one != null) {
            one.close();
        }
    }

    private static int count(String text) throws Exception {
        return one.log().split(text, -1).length + two.log().split(text, -1).length - 2;
    }

    private static HttpResponse<String> ask(RunningClaviger node, String cookie)
            throws InterruptedException, IOException {
        return node.send(node.request("/demo/api/user", "Cookie", cookie).GET());
    }

    private static int status(RunningClaviger node, String cookie) throws InterruptedException, IOException {
        return ask(node, cookie).statusCode();
    }

    /** The cookie of a session that has just begun. */
    private static String signIn(Browser browser) throws Exception {
        HttpResponse<String> answer = BrowserSessionIT.follow(
                one,
                browser,
                browser.send(one.request("/demo/api/user", "Sec-Fetch-Mode", "navigate")
                        .GET()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return browser.cookieHeader(one.at("/demo/api/user"));
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                database.get("CLAVIGER_DATABASE_URL"),
                database.get("CLAVIGER_DATABASE_USER"),
                database.get("CLAVIGER_DATABASE_PASSWORD"));
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Sessions whose row holds another generation than their family: such a one could never be renewed again. */
    private static long torn(Connection connection) throws SQLException {
        return number(
                connection,
                "select count(*) from browser_session s join token_family f on f.family_id = s.family_id"
                        + " where f.generation <> s.generation or f.ended_at is not null");
    }

    @Test
    @Order(1)
    void fiftyRequestsAtOnceAtTwoNodesNeverFailAndRenewOnceWhenItIsDue() throws Exception {
        Browser browser = new Browser(one, "alice");
        String cookie = signIn(browser);
        String renewed = "grant=\"browser_session\"";

        long begin = System.nanoTime();
        AtomicInteger turn = new AtomicInteger();
        int requests = 0;
        while (count(renewed) < 5
                && System.nanoTime() - begin < Duration.ofSeconds(60).toNanos()) {
            List<Integer> statuses =
                    Parallel.run(50, () -> status(turn.getAndIncrement() % 2 == 0 ? one : two, cookie));
            assertThat(statuses).containsOnly(200);
            requests += statuses.size();
        }
        Duration taken = Duration.ofNanos(System.nanoTime() - begin);

        int renewals = count(renewed);
        System.Logger log = System.getLogger("org.claviger.it");
        log.log(System.Logger.Level.INFO, "{0} requests in {1}, {2} renewals", requests, taken, renewals);
        assertThat(renewals).isBetween(5, (int) (taken.toMillis() / DUE.toMillis()) + 1);
        assertThat(count("REUSE_DETECTED")).isZero();
        assertThat(count("BROWSER_SESSION_ENDED")).isZero();

        HttpResponse<String> page = browser.get("/api/v2/auth/signout");
        assertThat(browser.submit(page, "everywhere", "true").statusCode()).isEqualTo(200);
        Await.until("it has ended at the other node too", Duration.ofSeconds(5), () -> status(two, cookie) != 200);
        assertThat(status(one, cookie)).isEqualTo(401);
    }

    /** The transaction that counts a family up also writes the row of the session: whoever is killed in between has done nothing. */
    @Test
    @Order(2)
    void aNodeThatIsKilledInTheMiddleOfARenewalLeavesTheSessionToTheOther() throws Exception {
        String cookie = signIn(new Browser(one, "bob")); // alice was signed out everywhere a moment ago
        try (Connection tests = connect();
                Statement statement = tests.createStatement()) {
            tests.setAutoCommit(false);
            statement.execute("select id_hash from browser_session for update");
            ExecutorService waiting = Executors.newSingleThreadExecutor();
            Future<Integer> asked = waiting.submit(() -> {
                int status = 200;
                while (status == 200) { // from the threshold on it renews, and waits for the row
                    status = status(two, cookie);
                }
                return status;
            });
            try (Connection look = connect()) {
                Await.until(
                        "the family is counted up, and the row waits for us",
                        PATIENCE,
                        () -> number(
                                        look,
                                        "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
                                                + " and query like 'update browser_session%'")
                                == 1);
                two.kill();
                tests.rollback();
                assertThatThrownBy(asked::get).hasCauseInstanceOf(IOException.class);
                Await.until(
                        "its transaction has ended",
                        PATIENCE,
                        () -> number(
                                        look,
                                        "select count(*) from pg_stat_activity where query like 'update browser_session%'"
                                                + " and state <> 'idle'")
                                == 0);
                assertThat(torn(look)).isZero();
                long before = number(look, "select sum(generation) from browser_session");
                Await.until("the other node renews it", PATIENCE, () -> {
                    assertThat(status(one, cookie)).isEqualTo(200);
                    return number(look, "select sum(generation) from browser_session") > before;
                });
                assertThat(torn(look)).isZero();
            } finally {
                waiting.shutdownNow();
            }
        }
    }

    /** Nodes that were killed and are not ready again. */
    private static final Set<RunningClaviger> STARTING = ConcurrentHashMap.newKeySet();

    /** What one browser was told, by whichever node it asked. */
    private record Told(String cookie, int good, int notYet, int without, Set<String> others) {}

    /**
     * A node that starts has no applications, then applications without a guard (Payara says 401 to everybody, now and then 403, and brings no
     * challenge of ours), then a guard that cannot judge. None of that says anything of a session.
     */
    private static boolean isNotYet(HttpResponse<String> answer, boolean starting) {
        String challenge = answer.headers().firstValue("WWW-Authenticate").orElse("");
        return switch (answer.statusCode()) {
            case 404, 503 -> true;
            case 401, 403 -> starting && !challenge.startsWith("Bearer");
            default -> false;
        };
    }

    /** Asks one node and then the other about as often as a token is due, until it is told to stop. */
    private static Told browse(String cookie, AtomicBoolean stop) throws InterruptedException {
        int good = 0;
        int notYet = 0;
        int without = 0;
        Set<String> others = new TreeSet<>();
        for (int i = 0; !stop.get(); i++) {
            try {
                RunningClaviger node = i % 2 == 0 ? one : two;
                boolean starting = STARTING.contains(node);
                HttpResponse<String> answer = ask(node, cookie);
                if (answer.statusCode() == 200) {
                    good++;
                } else if (isNotYet(answer, starting || STARTING.contains(node))) {
                    notYet++;
                } else {
                    others.add(answer.statusCode() + " " + answer.headers().map());
                }
            } catch (IOException killed) {
                without++;
            }
            TimeUnit.MILLISECONDS.sleep(50); // a node that starts needs the processor too
        }
        return new Told(cookie, good, notYet, without, others);
    }

    @Test
    @Order(3)
    void ofAThousandRenewalsWhileNodesAreKilledNoneLosesASession() throws Exception {
        List<String> cookies = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            cookies.add(signIn(new Browser(one, "bob")));
        }
        for (RunningClaviger node : List.of(one, two)) { // from its next start on: a token is renewed after 50 ms
            node.set("CLAVIGER_ACCESS_TOKEN_LIFETIME", "PT5S");
            node.set("CLAVIGER_RENEWAL_THRESHOLD", "1");
        }
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService browsers = Executors.newFixedThreadPool(SESSIONS);
        List<Future<Told>> running = new ArrayList<>();
        int kills = 0;
        try (Connection look = connect()) {
            String ends = "select count(*) from audit_event where event = 'BROWSER_SESSION_ENDED'";
            long ended = number(look, ends); // by the first test
            String sum = "select sum(generation) from browser_session";
            long first = number(look, sum);
            for (String cookie : cookies) {
                running.add(browsers.submit(() -> browse(cookie, stop)));
            }
            STARTING.add(two);
            two.kill(); // which it is already if the test before was good
            two.start();
            STARTING.remove(two);
            for (RunningClaviger victim = one; kills < 1 || number(look, sum) - first < RENEWALS; kills++) {
                long due = number(look, sum) + RENEWALS / 4;
                Await.until("renewals go on", PATIENCE.multipliedBy(5), () -> number(look, sum) >= due);
                STARTING.add(victim);
                victim.kill();
                assertThat(torn(look)).isZero();
                long without = number(look, sum);
                victim.start();
                STARTING.remove(victim);
                assertThat(number(look, sum)).as("the other has gone on").isGreaterThan(without);
                victim = victim == one ? two : one;
            }
            stop.set(true);
            List<Told> told = new ArrayList<>();
            for (Future<Told> browser : running) {
                told.add(browser.get());
            }

            System.getLogger("org.claviger.it")
                    .log(
                            System.Logger.Level.INFO,
                            "{0} renewals of {1} sessions, {2} kills; {3} answers, {4} from a node that started, {5} requests without one",
                            number(look, sum) - first,
                            SESSIONS,
                            kills + 1,
                            told.stream().mapToInt(Told::good).sum(),
                            told.stream().mapToInt(Told::notYet).sum(),
                            told.stream().mapToInt(Told::without).sum());
            assertThat(told).allSatisfy(each -> assertThat(each.others).isEmpty());
            assertThat(torn(look)).isZero();
            for (String cookie : cookies) {
                assertThat(status(one, cookie)).isEqualTo(200);
                assertThat(status(two, cookie)).isEqualTo(200);
            }
            assertThat(one.log() + two.log()).doesNotContain("REUSE_DETECTED", "CLAVIGER-1003", "CLAVIGER-0500");
            assertThat(number(look, ends)).isEqualTo(ended);
        } finally {
            stop.set(true);
            browsers.shutdownNow();
        }
    }
}

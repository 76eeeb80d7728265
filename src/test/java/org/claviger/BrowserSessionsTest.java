package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.SECRET;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.refusal;
import static org.claviger.Fixture.settings;

import jakarta.servlet.http.Cookie;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.browser.BrowserApplication;
import org.claviger.browser.BrowserSession;
import org.claviger.console.ConsoleSession;
import org.claviger.console.ConsoleSession.Administrator;
import org.claviger.database.WatchedClock;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Browser sessions without a server: a browser that keeps cookies by their paths, and two nodes on one database. */
class BrowserSessionsTest {
    /** Of "passwd", with one iteration so that tests need not wait. */
    private static final String PASSWORD_HASH =
            "pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg$k7U-iiyGkB8gCVp7NdNfCBukIg87eTG6I2RolxM6xb8";

    private static final Pattern HIDDEN = Pattern.compile("type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"");
    private static final String CALLBACK = ISSUER + "/session/callback";
    private static final BrowserApplication DEMO =
            new BrowserApplication("/demo", new ClientId("demo-web"), Scope.EMPTY);
    private static final BrowserApplication SHOP =
            new BrowserApplication("/shop", new ClientId("demo-web"), Scope.EMPTY);
    private static final BrowserApplication ROOT = new BrowserApplication("/", new ClientId("demo-web"), Scope.EMPTY);
    private static final Duration LIFE = Duration.ofMinutes(15);
    private static final Duration THRESHOLD = Duration.ofMinutes(12);

    private static final TestClock CLOCK = new TestClock();
    private static Claviger node;
    private static Claviger other;

    private final CapturedLog audit = new CapturedLog("org.claviger.audit");
    private final CapturedLog log = new CapturedLog("org.claviger");
    private final Browser browser = new Browser();

    @BeforeAll
    static void openBoth(@TempDir Path folder) {
        TestDatabase.empty();
        node = open(folder.resolve("one"));
        other = open(folder.resolve("two"));
    }

    private static Claviger open(Path folder) {
        return open(folder, CLOCK, RANDOM);
    }

    private static Claviger open(Path folder, Clock clock, SecureRandom random) {
        return new Claviger(
                settings(
                        "claviger.data-directory",
                        folder.toString(),
                        "claviger.guard.browser-client",
                        "/demo=demo-web, /shop=demo-web, /=demo-web"),
                TestDatabase.database(),
                new WatchedClock(clock, TestDatabase.database()),
                random,
                entities -> CLOCK.instant(),
                Fixture.fresh());
    }

    @BeforeEach
    void beginAgain() {
        CLOCK.advance(Duration.ofHours(1)); // nothing is blocked any more
        for (String table : List.of(
                "client",
                "resource_owner_group",
                "resource_owner",
                "sign_in_session",
                "token_family",
                "consent",
                "throttle",
                "revocation",
                "browser_session")) {
            TestDatabase.execute("delete from " + table);
        }
        register("'authorization_code','refresh_token'");
        user("alice", "claviger-admin", "user");
        user("bob", "user");
    }

    private static void register(String grantTypes) {
        Fixture.register(
                node.clients,
                json("{'client_id':'demo-web','client_secret':'" + SECRET + "','redirect_uris':['" + CALLBACK
                        + "'],'scope':'profile','grant_types':[" + grantTypes + "]}"),
                "");
        node.clients.refresh();
        other.clients.refresh();
    }

    @AfterEach
    void close() {
        audit.close();
        log.close();
    }

    private static void user(String name, String... groups) {
        TestDatabase.execute(
                "insert into resource_owner (subject, username, password_hash, enabled) values (?, ?, ?, true)",
                subject(name),
                name,
                PASSWORD_HASH);
        for (String group : groups) {
            TestDatabase.execute("insert into resource_owner_group values (?, ?)", subject(name), group);
        }
    }

    private static String subject(String name) {
        return (name + "-00000000000000000000").substring(0, 22);
    }

    /** Keeps cookies by name and path, and sends those whose path fits. */
    private static final class Browser {
        private final Map<String, Cookie> jar = new TreeMap<>();

        Exchange prepare(Exchange exchange, String path) {
            jar.values().stream()
                    .filter(cookie -> path.equals(cookie.getPath())
                            || path.startsWith(
                                    cookie.getPath().endsWith("/") ? cookie.getPath() : cookie.getPath() + "/"))
                    .forEach(exchange::cookie);
            return exchange;
        }

        Exchange keep(Exchange exchange) {
            exchange.cookies().values().forEach(cookie -> {
                String key = cookie.getName() + " " + cookie.getPath();
                if (cookie.getMaxAge() == 0) {
                    jar.remove(key);
                } else {
                    jar.put(key, cookie);
                }
            });
            return exchange;
        }

        /** An endpoint of ours, by its address. */
        Exchange go(Claviger to, String address) {
            assertThat(address).startsWith(ISSUER);
            URI uri = URI.create(address);
            String path = uri.getPath().substring("/api/v2/auth".length());
            return keep(prepare(Exchange.get(uri.getRawQuery()), uri.getPath()).through(to.endpoints.get(path)));
        }

        Exchange submit(Claviger to, Exchange page, String path, String fields) {
            StringBuilder form = new StringBuilder();
            Matcher field = HIDDEN.matcher(page.body());
            while (field.find()) {
                String value = field.group(2)
                        .replace("&#39;", "'")
                        .replace("&quot;", "\"")
                        .replace("&amp;", "&");
                form.append(Parameters.pair(field.group(1), value)).append('&');
            }
            return keep(
                    prepare(Exchange.post(form + fields), "/api/v2/auth" + path).through(to.endpoints.get(path)));
        }

        /** Follows what it is told from the authorization endpoint on until it is back at an application. */
        Exchange signIn(Claviger to, String address, String username) {
            Exchange answer = go(to, address);
            if (answer.status() == 200 && answer.body().contains("name=\"password\"")) {
                answer = submit(to, answer, "/signin", "username=" + username + "&password=passwd");
                answer = go(to, answer.header("Location"));
            }
            if (answer.status() == 200 && answer.body().contains("name=\"decision\"")) {
                answer = submit(to, answer, "/consent", "decision=allow");
            }
            return answer;
        }

        Browser copy() {
            Browser copy = new Browser();
            copy.jar.putAll(jar);
            return copy;
        }

        Exchange at(BrowserApplication application, String below) {
            return prepare(Exchange.get(null).at(application.path(), "", below), application.path() + below);
        }

        List<Cookie> sessions() {
            return jar.values().stream()
                    .filter(cookie -> cookie.getName().equals("__Secure-claviger-application"))
                    .toList();
        }
    }

    private Exchange begin(BrowserApplication application, String target) {
        Exchange asked = browser.at(application, "/x");
        node.browsers.signIns().begin(asked.request(), asked.response(), application, target);
        return browser.keep(asked);
    }

    /** Signs in up to the answer of the authorization endpoint, and answers where that leads. */
    private String answer(BrowserApplication application, String target, String username) {
        return browser.signIn(node, begin(application, target).header("Location"), username)
                .header("Location");
    }

    private Exchange signIn(BrowserApplication application, String target, String username) {
        return browser.go(node, answer(application, target, username));
    }

    private Optional<BrowserSession> find(Claviger by, BrowserApplication application) {
        try {
            return by.browsers.sessions().find(browser.at(application, "/x").request(), application);
        } catch (OAuthException refused) {
            throw new AssertionError(refused);
        }
    }

    private long generation() {
        return Long.parseLong(
                TestDatabase.query("select generation from browser_session").get(0));
    }

    @Test
    void whoSignsInComesBackWithASessionAndNoToken() {
        Exchange back = signIn(DEMO, "/demo/cart?item=1", "bob");

        assertThat(back.status()).isEqualTo(303);
        assertThat(back.header("Location")).isEqualTo("https://id.example.org/demo/cart?item=1");
        Cookie cookie = browser.sessions().get(0);
        assertThat(cookie.getPath()).isEqualTo("/demo");
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getSecure()).isTrue();
        assertThat(cookie.getAttribute("SameSite")).isEqualTo("Lax");
        BrowserSession session = find(node, DEMO).orElseThrow();
        assertThat(session.subject()).isEqualTo(new Subject(subject("bob")));
        assertThat(session.token().texts("groups")).containsExactly("user");
        assertThat(find(other, DEMO)).isPresent();
        assertThat(audit.lines()).anyMatch(line -> line.startsWith("BROWSER_SESSION_OPENED"));
    }

    @Test
    void nothingOfATokenOrTheCookieIsInTheDatabaseOrTheLog() {
        signIn(DEMO, "/demo/", "bob");
        String token = find(node, DEMO).orElseThrow().token().encoded();
        String id = browser.sessions().get(0).getValue().substring(0, 43);

        String all = TestDatabase.dump() + audit.lines() + log.lines();

        assertThat(all).containsIgnoringCase("browser_session").doesNotContain(id);
        for (String part : token.split("\\.", -1)) {
            assertThat(all).doesNotContain(part.substring(0, Math.min(40, part.length())));
        }
    }

    @Test
    void aSealedTokenOpensInItsOwnRowOnly() {
        signIn(DEMO, "/demo/", "bob");
        TestDatabase.execute("update browser_session set subject = ?", subject("alice"));

        assertThat(find(other, DEMO)).isEmpty();
        assertThat(log.lines()).anyMatch(line -> line.contains("CLAVIGER-1003"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"created_at", "expires_at"})
    void whoLengthensASessionInTheDatabaseHasNone(String column) {
        signIn(DEMO, "/demo/", "bob");
        TestDatabase.execute("update browser_session set " + column + " = " + column + " + interval '1' day");

        assertThat(find(other, DEMO)).isEmpty();
    }

    @Test
    void cookiesThatSomebodyPlantedDoNotHideTheGenuineOne() {
        signIn(DEMO, "/demo/", "bob");
        Exchange asked = Exchange.get(null);
        for (int i = 0; i < 10; i++) {
            asked.cookie(new Cookie("__Secure-claviger-application", "A".repeat(43) + ".1.x" + i));
        }

        assertThat(found(asked.cookie(browser.sessions().get(0)), DEMO)).isPresent();
    }

    @Test
    void theCookieOfASessionThatEndedCostsNoLookAtTheDatabaseEachTime() {
        signIn(DEMO, "/demo/", "bob");
        Exchange out = browser.at(DEMO, "/x");
        node.browsers.sessions().end(out.request(), out.response(), DEMO); // and the browser keeps its cookie
        assertThat(find(node, DEMO)).isEmpty();
        int before = TestDatabase.statements();
        long hits = node.browsers.sessions().hits();
        long misses = node.browsers.sessions().misses();

        for (int i = 0; i < 10; i++) {
            assertThat(find(node, DEMO)).isEmpty();
        }

        assertThat(TestDatabase.statements()).isEqualTo(before);
        assertThat(node.browsers.sessions().hits()).isEqualTo(hits + 10);
        assertThat(node.browsers.sessions().misses()).isEqualTo(misses);
    }

    @Test
    void theCookieOfOneApplicationIsWorthNothingAtAnother() {
        signIn(DEMO, "/demo/", "bob");
        Cookie demo = browser.sessions().get(0);
        Exchange shop = Exchange.get(null).at("/shop", "", "/x").cookie(demo);

        assertThat(found(shop, SHOP)).isEmpty();
        assertThat(found(Exchange.get(null).cookie(demo), DEMO)).isPresent();
    }

    private static Optional<BrowserSession> found(Exchange exchange, BrowserApplication application) {
        try {
            return node.browsers.sessions().find(exchange.request(), application);
        } catch (OAuthException refused) {
            throw new AssertionError(refused);
        }
    }

    @Test
    void aCookieThatWeDidNotMakeCostsNoLookAtTheDatabase() {
        signIn(DEMO, "/demo/", "bob");
        String value = browser.sessions().get(0).getValue();
        int before = TestDatabase.statements();

        for (String made : List.of("x", "A".repeat(43), "A".repeat(43) + value.substring(43), value + "A")) {
            assertThat(found(Exchange.get(null).cookie(new Cookie("__Secure-claviger-application", made)), DEMO))
                    .isEmpty();
        }

        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @Test
    void aBusySessionCostsNoSql() {
        signIn(DEMO, "/demo/", "bob");
        find(node, DEMO);
        int before = TestDatabase.statements();

        for (int i = 0; i < 100; i++) {
            assertThat(find(node, DEMO)).isPresent();
        }

        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @Test
    void anAnswerThatSomebodyElseGotOpensNothing() {
        String stolen = answer(DEMO, "/demo/", "bob");
        Browser thief = new Browser();

        assertThat(thief.go(node, stolen).status()).isEqualTo(400);
        assertThat(thief.sessions()).isEmpty();
        assertThat(TestDatabase.query("select id_hash from browser_session")).isEmpty();
        assertThat(browser.go(node, stolen).status()).isEqualTo(303);
    }

    @Test
    void anAnswerToAnotherAttemptOfTheSameBrowserIsRefused() {
        String first = answer(DEMO, "/demo/", "bob");
        String second = answer(DEMO, "/demo/", "bob");
        String state = Pattern.compile("state=([^&]+)")
                .matcher(second)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);

        Exchange mixed = browser.go(node, first.replaceAll("state=[^&]+", "state=" + state));

        assertThat(mixed.status()).isEqualTo(400); // the code was made for another verifier
        assertThat(browser.sessions()).isEmpty();
    }

    @Test
    void anAnswerIsTakenOnce() {
        String address = answer(DEMO, "/demo/", "bob");
        Map<String, Cookie> before = new TreeMap<>(browser.jar);
        browser.go(node, address);

        assertThat(browser.go(node, address).status()).isEqualTo(400);
        assertThat(find(node, DEMO)).isPresent();

        browser.jar.putAll(before); // a copy of the cookies of then
        assertThat(browser.go(node, address).status()).isEqualTo(400);
        assertThat(find(node, DEMO))
                .as("a code that is used twice ends all that it opened")
                .isEmpty();
    }

    @Test
    void anAnswerFromAnotherIssuerOrTooLateIsRefused() {
        String address = answer(DEMO, "/demo/", "bob");
        assertThat(browser.go(node, address.replaceAll("iss=[^&]+", "iss=https%3A%2F%2Fevil.example"))
                        .status())
                .isEqualTo(400);

        String late = answer(DEMO, "/demo/", "bob");
        CLOCK.advance(Duration.ofMinutes(15));
        assertThat(browser.go(node, late).status()).isEqualTo(400);
        assertThat(browser.sessions()).isEmpty();
    }

    /** A server takes 8 KiB of headers, or answers nothing at all. */
    @Test
    void aBrowserThatWasSentToSignInOftenKeepsNoMoreThanAServerTakes() {
        for (int i = 0; i < 200; i++) {
            // What is encoded in a query, and as long as it may be
            begin(DEMO, "/demo/?a=" + "%E4=&/".repeat(i * 5 % 165));
        }
        String target = "/demo/?" + "%E4=&/".repeat(165);
        String answer = answer(DEMO, target, "bob");

        int bytes = browser.jar.values().stream()
                .filter(cookie -> cookie.getPath().equals("/api/v2/auth/session/callback"))
                .mapToInt(
                        cookie -> cookie.getName().length() + cookie.getValue().length() + 3)
                .sum();
        assertThat(bytes).isLessThan(6_000);
        assertThat(browser.go(node, answer).header("Location")).isEqualTo("https://id.example.org" + target);
    }

    @Test
    void tabsSignInBesideEachOther() {
        List<String> answers = new ArrayList<>();
        while (answers.size() < 20) {
            answers.add(answer(DEMO, "/demo/" + answers.size(), "bob"));
        }
        int last = answers.size() - 1;
        assertThat(browser.go(node, answers.get(last)).header("Location")).endsWith("/demo/" + last);

        String longWay = answer(DEMO, "/demo/" + "x".repeat(900), "bob");
        String shortWay = answer(DEMO, "/demo/y", "bob");
        assertThat(browser.go(node, shortWay).header("Location")).endsWith("/demo/y");
        assertThat(browser.go(node, longWay).header("Location")).endsWith("x");
    }

    @Test
    void whatAHostBelowTheSameDomainPlantsDoesNotHideWhatABrowserIsSigningInFor() {
        String address = answer(DEMO, "/demo/", "bob");
        Exchange back = Exchange.get(URI.create(address).getRawQuery());
        for (Cookie cookie : browser.jar.values()) {
            if (cookie.getName().contains("signing-in")) {
                back.cookie(new Cookie(cookie.getName(), "1." + "A".repeat(300))); // with a longer path it comes first
            }
        }
        browser.prepare(back, "/api/v2/auth/session/callback").through(node.endpoints.get("/session/callback"));

        assertThat(back.header("Location")).isEqualTo("https://id.example.org/demo/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/",
                "//evil.example/",
                "/\\evil.example",
                "/shop/",
                "/demoevil",
                "/demo/../shop/",
                "/demo/%2e%2E/shop/",
                "/demo/..;/shop",
                "/demo//evil.example",
                "/demo/\r\nSet-Cookie: a=b",
                "/demo/ä",
                ""
            })
    void nobodyIsSentOutOfTheApplication(String target) {
        assertThat(signIn(DEMO, target, "bob").header("Location")).isEqualTo("https://id.example.org/demo/");
    }

    @Test
    void whoSignsInAgainHasAnotherSessionAndTheOneBeforeEnds() {
        signIn(DEMO, "/demo/", "bob");
        Cookie first = browser.sessions().get(0);

        signIn(DEMO, "/demo/", "bob");

        assertThat(browser.sessions().get(0).getValue()).isNotEqualTo(first.getValue());
        assertThat(found(Exchange.get(null).cookie(first), DEMO)).isEmpty();
        assertThat(find(node, DEMO)).isPresent();
    }

    @Test
    void whoSignsInAtOneApplicationStaysSignedInAtTheOneAroundIt() {
        signIn(ROOT, "/x", "bob");
        signIn(DEMO, "/demo/", "bob");
        assertThat(find(node, ROOT)).isPresent();

        signIn(DEMO, "/demo/", "bob");

        assertThat(find(node, ROOT)).isPresent();
        assertThat(find(node, DEMO)).isPresent();
        assertThat(TestDatabase.query("select application from browser_session order by application"))
                .containsExactly("/", "/demo");
    }

    @Test
    void aSessionIsOpenedAndEndedOnceInTheAudit() {
        signIn(DEMO, "/demo/", "bob");
        Exchange out = browser.at(DEMO, "/x");
        node.browsers.sessions().end(out.request(), out.response(), DEMO);
        node.browsers.sessions().end(out.request(), out.response(), DEMO);
        String family = TestDatabase.query("select family_id from token_family").get(0);

        assertThat(TestDatabase.query(
                        "select event || ' ' || acted_by || ' ' || subject || ' ' || client_id from audit_event"
                                + " where family_id = ? and acted_by is not null order by id",
                        family))
                .containsExactly(
                        "BROWSER_SESSION_OPENED " + subject("bob") + " " + subject("bob") + " demo-web",
                        "REVOKED " + subject("bob") + " " + subject("bob") + " demo-web",
                        "BROWSER_SESSION_ENDED " + subject("bob") + " " + subject("bob") + " demo-web");
    }

    @ParameterizedTest
    @CsvSource({
        // minutes until it is revoked, and from then until it is used, renewal being due after 12 and the end after 15
        "1, 0",
        "13, 0",
        "1, 12",
        "1, 14",
        "16, 0",
    })
    void aTokenThatIsRevokedByNameIsNotReplaced(int revoked, int used) {
        signIn(DEMO, "/demo/", "bob");
        String jti = find(node, DEMO).orElseThrow().token().text("jti").orElseThrow();
        CLOCK.advance(Duration.ofMinutes(revoked));
        node.revocations.revoke(RevocationKind.TOKEN, jti, Map.of("by", "root"));
        CLOCK.advance(Duration.ofMinutes(used));

        assertThat(find(node, DEMO)).isEmpty();
        assertThat(TestDatabase.query("select id_hash from browser_session")).isEmpty();
        assertThat(audit.lines())
                .anyMatch(line -> line.startsWith("BROWSER_SESSION_ENDED") && line.contains("was revoked"));
    }

    @Test
    void withoutRefreshTokenASessionEndsWithItsAccessToken() {
        TestDatabase.execute("delete from client");
        register("'authorization_code'");
        Exchange asked = demo(Exchange.get(null), "/x");
        node.guardedBrowsers.signIn(asked.request(), asked.response(), DEMO.client());
        assertThat(log.lines())
                .anyMatch(line -> line.contains("CLAVIGER-1001") && line.contains("grant type refresh_token"));
        signIn(DEMO, "/demo/", "bob");
        String first = find(node, DEMO).orElseThrow().token().encoded();

        CLOCK.advance(LIFE.minusSeconds(1));
        assertThat(find(node, DEMO).orElseThrow().token().encoded()).isEqualTo(first);
        CLOCK.advance(Duration.ofSeconds(1));

        assertThat(find(node, DEMO)).isEmpty();
        assertThat(TestDatabase.query("select id_hash from browser_session")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "access_denied, 403, false",
        "invalid_scope, 403, false",
        "temporarily_unavailable, 503, false",
        "server_error, 500, false",
        "unauthorized_client, 400, true",
        "invalid_request, 400, true",
    })
    void anErrorOfTheAuthorizationEndpointIsShownAsWhatItIs(String error, int status, boolean logged) {
        String address = answer(DEMO, "/demo/", "bob").replaceAll("code=[^&]+", "error=" + error);

        Exchange shown = browser.go(node, address);

        assertThat(shown.status()).isEqualTo(status);
        assertThat(shown.header("Retry-After")).isEqualTo(status == 503 ? "5" : "");
        assertThat(log.lines().stream().anyMatch(line -> line.contains("CLAVIGER-1004")))
                .isEqualTo(logged);
        assertThat(browser.sessions()).isEmpty();
    }

    @Test
    void whatAnybodyCanMakeTheCallbackComplainOfIsSaidOnce() {
        for (String error : List.of("invalid_request", "invalid_request", "x", "y", "a".repeat(50))) {
            Exchange asked = begin(SHOP, "/shop/"); // nobody has signed in
            String state = Pattern.compile("[?&]state=([^&]+)")
                    .matcher(asked.header("Location"))
                    .results()
                    .findFirst()
                    .orElseThrow()
                    .group(1);
            assertThat(browser.go(
                                    node,
                                    CALLBACK + "?error=" + error + "&state=" + state + "&"
                                            + Parameters.pair("iss", ISSUER))
                            .status())
                    .isEqualTo(400);
        }

        assertThat(log.text().lines().filter(line -> line.contains("CLAVIGER-1004")))
                .hasSize(2)
                .anyMatch(line -> line.endsWith(": invalid_request"))
                .anyMatch(line -> line.endsWith(": ?"));
    }

    @Test
    void aComplaintIsRepeatedAfterAnHour() {
        for (int hour = 0; hour < 2; hour++) {
            String address = answer(DEMO, "/demo/", "bob").replaceAll("code=[^&]+", "error=unauthorized_client");
            assertThat(browser.go(node, address).status()).isEqualTo(400);
            CLOCK.advance(Duration.ofHours(1));
        }

        assertThat(log.text().lines().filter(line -> line.contains("CLAVIGER-1004")))
                .hasSize(2);
    }

    @Test
    void aCodeIsNotUsedUpForASessionThatCannotBeKept() {
        String address = answer(DEMO, "/demo/", "bob");
        TestDatabase.execute("alter table browser_session rename to away");
        try {
            assertThat(browser.go(node, address).status()).isEqualTo(500);
        } finally {
            TestDatabase.execute("alter table away rename to browser_session");
        }

        assertThat(browser.sessions()).isEmpty();
        assertThat(TestDatabase.query("select generation from token_family"))
                .as("nobody holds what comes after the code")
                .containsExactly("0");
    }

    @Test
    void aTokenIsRenewedWhenItsThresholdHasPassed() {
        signIn(DEMO, "/demo/", "bob");
        String first = find(node, DEMO).orElseThrow().token().encoded();

        CLOCK.advance(THRESHOLD.minusSeconds(1));
        assertThat(find(node, DEMO).orElseThrow().token().encoded()).isEqualTo(first);
        CLOCK.advance(Duration.ofSeconds(1));
        String second = find(node, DEMO).orElseThrow().token().encoded();

        assertThat(second).isNotEqualTo(first);
        assertThat(generation()).isEqualTo(2);
        assertThat(find(other, DEMO).orElseThrow().token().encoded()).isEqualTo(second);
    }

    @Test
    void fiftyRequestsAtTwoNodesRenewOnceAndNoneFails() {
        signIn(DEMO, "/demo/", "bob");
        find(other, DEMO);
        CLOCK.advance(THRESHOLD);
        AtomicBoolean turn = new AtomicBoolean();

        List<Optional<BrowserSession>> found = Parallel.run(50, () -> {
            Claviger one;
            synchronized (turn) {
                one = turn.get() ? node : other;
                turn.set(!turn.get());
            }
            return find(one, DEMO);
        });

        assertThat(found).allMatch(Optional::isPresent);
        assertThat(generation()).isEqualTo(2);
        assertThat(TestDatabase.query("select generation from token_family")).containsExactly("2");
        assertThat(audit.lines().stream().filter(line -> line.contains("grant=\"browser_session\"")))
                .hasSize(1);
        assertThat(find(node, DEMO).orElseThrow().token().encoded())
                .isEqualTo(find(other, DEMO).orElseThrow().token().encoded());
    }

    @Test
    void fiftyRequestsWithoutAGoodTokenWaitForOneRenewal() {
        signIn(DEMO, "/demo/", "bob");
        find(other, DEMO);
        CLOCK.advance(LIFE.plusMinutes(1));
        AtomicBoolean turn = new AtomicBoolean();

        List<Optional<BrowserSession>> found = Parallel.run(50, () -> {
            Claviger one;
            synchronized (turn) {
                one = turn.get() ? node : other;
                turn.set(!turn.get());
            }
            return find(one, DEMO);
        });

        assertThat(found).allMatch(Optional::isPresent);
        assertThat(generation()).isEqualTo(2);
    }

    @Test
    void aRenewalThatIsRefusedEndsTheSession() {
        signIn(DEMO, "/demo/", "bob");
        TestDatabase.execute("update resource_owner set enabled = false where username = 'bob'"); // and no revocation
        CLOCK.advance(THRESHOLD);

        assertThat(find(node, DEMO)).isEmpty();
        assertThat(TestDatabase.query("select id_hash from browser_session")).isEmpty();
        assertThat(TestDatabase.query("select family_id from token_family where ended_at is null"))
                .isEmpty();
        assertThat(audit.lines()).anyMatch(line -> line.startsWith("BROWSER_SESSION_ENDED"));
    }

    @Test
    void whereRenewalFailsTheTokenIsGoodToItsEnd() {
        signIn(DEMO, "/demo/", "bob");
        String first = find(node, DEMO).orElseThrow().token().encoded();
        CLOCK.advance(THRESHOLD);
        TestDatabase.execute("alter table browser_session rename to away");
        try {
            assertThat(find(node, DEMO).orElseThrow().token().encoded()).isEqualTo(first);
            CLOCK.advance(Duration.ofSeconds(5));
            assertThat(find(node, DEMO).orElseThrow().token().encoded()).isEqualTo(first);
            assertThat(log.lines().stream().filter(line -> line.contains("CLAVIGER-1002")))
                    .as("said once")
                    .hasSize(1);
        } finally {
            TestDatabase.execute("alter table away rename to browser_session");
        }
        CLOCK.advance(Duration.ofSeconds(5));
        assertThat(find(node, DEMO).orElseThrow().token().encoded()).isNotEqualTo(first);
        assertThat(TestDatabase.query("select generation from token_family")).containsExactly("2");
    }

    @Test
    void aRenewalThatFailedIsNotTriedAgainAtOnceWhereThereIsNoTokenToGoOnWith() {
        signIn(DEMO, "/demo/", "bob");
        CLOCK.advance(LIFE.plusMinutes(1));
        TestDatabase.execute("alter table browser_session rename to away");
        try {
            assertThatException().isThrownBy(() -> find(node, DEMO));
            int before = TestDatabase.statements();

            assertThat(unavailable(node).retryAfter()).isPresent();
            assertThat(TestDatabase.statements()).isEqualTo(before);
        } finally {
            TestDatabase.execute("alter table away rename to browser_session");
        }
        CLOCK.advance(Duration.ofSeconds(2));
        assertThat(find(node, DEMO)).isPresent();
    }

    @Test
    void aRenewalThatFailedWhileTheClockWasAheadIsTriedAgainWhenItIsRight() {
        signIn(DEMO, "/demo/", "bob");
        CLOCK.advance(LIFE.plusMinutes(10));
        TestDatabase.execute("alter table browser_session rename to away");
        try {
            assertThatException().isThrownBy(() -> find(node, DEMO));
        } finally {
            TestDatabase.execute("alter table away rename to browser_session");
        }
        CLOCK.advance(Duration.ofMinutes(-5));

        assertThat(find(node, DEMO)).isPresent();
    }

    private OAuthException unavailable(Claviger by) {
        OAuthException refused =
                refusal(() -> by.browsers.sessions().find(browser.at(DEMO, "/x").request(), DEMO));
        assertThat(refused.code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        return refused;
    }

    /** Random bits that do not come while they are held back: there a renewal hangs, without a transaction. */
    private static final class HeldRandom extends SecureRandom {
        private static final long serialVersionUID = 1;

        private final transient Semaphore asking = new Semaphore(0);
        private transient volatile CountDownLatch held = new CountDownLatch(0);

        @Override
        public void nextBytes(byte[] bytes) {
            asking.release();
            try {
                held.await();
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
            RANDOM.nextBytes(bytes);
        }
    }

    @Test
    void aRenewalThatHangsKeepsRequestsWaitingOnceAndNotForLong(@TempDir Path folder) throws Exception {
        HeldRandom random = new HeldRandom();
        Claviger hanging = open(folder, CLOCK, random);
        signIn(DEMO, "/demo/", "bob");
        CLOCK.advance(LIFE.plusMinutes(1));
        random.asking.drainPermits();
        random.held = new CountDownLatch(1);
        FutureTask<Optional<BrowserSession>> renewing = new FutureTask<>(() -> find(hanging, DEMO));
        new Thread(renewing).start();
        try {
            assertThat(random.asking.tryAcquire(1, TimeUnit.MINUTES)).isTrue();

            double waited = seconds(() -> unavailable(hanging));
            assertThat(waited).isGreaterThan(1.9);
            double others = seconds(() -> {
                for (int i = 0; i < 20; i++) {
                    CLOCK.advance(Duration.ofSeconds(1)); // of which each second one would try again
                    unavailable(hanging);
                }
            });
            assertThat(others).as("nobody else waits").isLessThan(10 * waited);
        } finally {
            random.held.countDown();
        }
        assertThat(renewing.get(1, TimeUnit.MINUTES)).isPresent();
        assertThat(find(hanging, DEMO)).isPresent();
    }

    private static double seconds(Runnable work) {
        long begun = System.nanoTime();
        work.run();
        return (System.nanoTime() - begun) / 1e9;
    }

    @Test
    void whatIsRevokedIsSeenAtOnceAndOnEveryNode() {
        signIn(DEMO, "/demo/", "bob");
        find(other, DEMO);

        node.sessions.endAll(new Subject(subject("bob")), "root");
        assertThat(find(node, DEMO)).isEmpty();
        other.feed.poll();
        assertThat(find(other, DEMO)).isEmpty();
    }

    @Test
    void whoSignsOutAtOneNodeIsSignedOutAtAll() throws OAuthException {
        signIn(DEMO, "/demo/", "bob");
        find(other, DEMO);
        Cookie cookie = browser.sessions().get(0);
        Exchange out = browser.at(DEMO, "/x");

        node.browsers.sessions().end(out.request(), out.response(), DEMO);
        browser.keep(out);
        other.feed.poll();

        assertThat(browser.sessions()).isEmpty();
        assertThat(found(Exchange.get(null).cookie(cookie), DEMO)).isEmpty();
        assertThat(other.browsers
                        .sessions()
                        .find(Exchange.get(null).cookie(cookie).request(), DEMO))
                .isEmpty();
        assertThat(TestDatabase.query("select id_hash from browser_session")).isEmpty();
    }

    @Test
    void aSessionEndsWhenNobodyUsesItAndAtItsEndInAnyCase() {
        signIn(DEMO, "/demo/", "bob");
        for (int i = 0; i < 2; i++) {
            CLOCK.advance(Duration.ofMinutes(29));
            assertThat(find(i == 0 ? node : other, DEMO)).isPresent();
        }
        CLOCK.advance(Duration.ofMinutes(29));
        assertThat(find(node, DEMO)).as("used at the other node a while ago").isPresent();
        CLOCK.advance(Duration.ofMinutes(30));
        assertThat(find(node, DEMO)).isEmpty();

        signIn(DEMO, "/demo/", "bob");
        for (int i = 0; i < 29; i++) {
            CLOCK.advance(Duration.ofMinutes(20));
            assertThat(find(node, DEMO)).isPresent();
        }
        CLOCK.advance(Duration.ofMinutes(20)); // ten hours in all
        assertThat(find(node, DEMO)).isEmpty();
        assertThat(TestDatabase.query("select family_id from token_family where ended_at is null"))
                .isEmpty();
        assertThat(TestDatabase.query("select id_hash from browser_session")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 11}) // unused for too long, and at its end
    void aNodeWhoseClockIsWrongEndsNoSession(int hours, @TempDir Path folder) {
        signIn(DEMO, "/demo/", "bob");
        Claviger ahead = open(folder, Clock.offset(CLOCK, Duration.ofHours(hours)), RANDOM);

        assertThat(find(ahead, DEMO)).isEmpty();

        assertThat(TestDatabase.query("select family_id from token_family where ended_at is null"))
                .hasSize(1);
        assertThat(find(node, DEMO)).isPresent();
        assertThat(find(other, DEMO)).isPresent();
    }

    @Test
    void aFamilyThatIsOverByAClockThatIsWrongEndsNoSession(@TempDir Path folder) {
        signIn(DEMO, "/demo/", "bob");
        TestDatabase.execute(
                "update token_family set expires_at = (select created_at from browser_session) + interval '20' minute");
        CLOCK.advance(LIFE);
        Claviger ahead = open(folder, Clock.offset(CLOCK, Duration.ofMinutes(10)), RANDOM);

        assertThat(find(ahead, DEMO)).isEmpty();

        assertThat(find(node, DEMO)).isPresent();
    }

    @Test
    void aNodeWhoseClockIsWrongNotesNoUseInTheFuture(@TempDir Path folder) {
        signIn(DEMO, "/demo/", "bob");
        List<String> before = TestDatabase.query("select last_used_at from browser_session");
        Claviger ahead = open(folder, Clock.offset(CLOCK, Duration.ofMinutes(5)), RANDOM);

        assertThat(find(ahead, DEMO)).isPresent();
        assertThat(TestDatabase.query("select last_used_at from browser_session"))
                .isEqualTo(before);

        CLOCK.advance(Duration.ofMinutes(1));
        find(node, DEMO);
        assertThat(TestDatabase.query("select last_used_at from browser_session"))
                .isNotEqualTo(before);
    }

    @Test
    void aDisabledClientEndsNothing() {
        signIn(DEMO, "/demo/", "bob");
        TestDatabase.execute("update client set enabled = false");
        node.clients.refresh();
        assertThat(find(node, DEMO)).isEmpty();

        TestDatabase.execute("update client set enabled = true");
        node.clients.refresh();
        assertThat(find(node, DEMO)).isPresent();
    }

    // --- At an application

    private Exchange demo(Exchange exchange, String below) {
        return browser.prepare(exchange.at("/demo", "", below), "/demo" + below);
    }

    private static Optional<String> token(Exchange exchange) throws OAuthException {
        return node.guardedBrowsers.token(exchange.request(), DEMO.client());
    }

    private static Exchange answered(Exchange exchange) {
        try {
            assertThat(node.guardedBrowsers.answer(exchange.request(), exchange.response(), DEMO.client()))
                    .isTrue();
            return exchange;
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // method, Sec-Fetch-Site, Origin, whether it goes on
        "GET,    cross-site,  ,                        true",
        "POST,   same-origin, ,                        true",
        "POST,   same-origin, null,                    true",
        "POST,   none,        ,                        true",
        "POST,   same-site,   https://id.example.org,  false",
        "POST,   cross-site,  https://evil.example,    false",
        "DELETE, cross-site,  ,                        false",
        "PUT,    ,            https://id.example.org,  true",
        "PUT,    ,            https://x.example.org,   false",
        "PATCH,  ,            null,                    false",
        "POST,   ,            ,                        false",
    })
    void whatChangesSomethingMustComeFromOurOwnOrigin(String method, String site, String origin, boolean goesOn)
            throws OAuthException {
        signIn(DEMO, "/demo/", "bob");
        Exchange asked = demo(Exchange.method(method), "/x");
        if (site != null) {
            asked.header("Sec-Fetch-Site", site);
        }
        if (origin != null) {
            asked.header("Origin", origin);
        }

        if (goesOn) {
            assertThat(token(asked)).isPresent();
        } else {
            assertThat(refusal(() -> token(asked)).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(audit.lines()).anyMatch(line -> line.startsWith("BROWSER_REQUEST_REFUSED"));
        }
    }

    @Test
    void aScriptWhoseBrowserSaysNothingBringsTheTokenOfItsSession() throws OAuthException {
        signIn(DEMO, "/demo/", "bob");
        String mine =
                answered(demo(Exchange.get(null), "/claviger/session")).json().getString("csrf_token");
        assertThat(token(demo(Exchange.method("POST"), "/x").header("X-CSRF-Token", mine)))
                .isPresent();

        Browser first = browser.copy();
        signIn(DEMO, "/demo/", "alice");
        assertThat(first.jar).isNotEqualTo(browser.jar);
        refusal(() -> token(demo(Exchange.method("POST"), "/x").header("X-CSRF-Token", mine)));
        refusal(() -> token(demo(Exchange.get(null), "/x").header("Upgrade", "websocket")));
    }

    @Test
    void aPageIsToldWhoIsSignedIn() {
        Exchange nobody = answered(demo(Exchange.get(null), "/claviger/session"));
        assertThat(nobody.json()).isEqualTo(json("{'signed_in':false}"));

        signIn(DEMO, "/demo/", "bob");
        Exchange bob = answered(demo(Exchange.get(null), "/claviger/session"));

        assertThat(bob.json().getString("name")).isEqualTo("bob");
        assertThat(bob.json().getJsonArray("groups").getString(0)).isEqualTo("user");
        assertThat(bob.json().getString("expires_at"))
                .isEqualTo(CLOCK.instant().plus(Duration.ofHours(10)).toString());
        assertThat(bob.header("Cache-Control")).isEqualTo("no-store");
        assertThat(bob.body()).doesNotContain("eyJ");
    }

    @Test
    void aPageLeadsToSignInAndOnlyBackToItself() {
        Exchange led = answered(demo(Exchange.get("to=%2Fdemo%2Fcart"), "/claviger/sign-in"));
        String answer = browser.signIn(node, browser.keep(led).header("Location"), "bob")
                .header("Location");
        assertThat(browser.go(node, answer).header("Location")).isEqualTo("https://id.example.org/demo/cart");

        Exchange again = answered(demo(Exchange.get("to=https%3A%2F%2Fevil.example"), "/claviger/sign-in"));
        assertThat(again.header("Location")).isEqualTo("https://id.example.org/demo/");
    }

    @Test
    void aPageSignsOutAndAnotherSiteCannot() {
        signIn(DEMO, "/demo/", "bob");
        assertThat(answered(demo(Exchange.method("GET"), "/claviger/sign-out")).status())
                .isEqualTo(405);
        assertThat(answered(demo(Exchange.method("POST"), "/claviger/sign-out").header("Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(403);
        assertThat(find(node, DEMO)).isPresent();

        Exchange out =
                answered(demo(Exchange.method("POST"), "/claviger/sign-out").header("Sec-Fetch-Site", "same-origin"));

        assertThat(out.status()).isEqualTo(204);
        assertThat(browser.keep(out).cookies()).isNotEmpty();
        assertThat(browser.sessions()).isEmpty();
        assertThat(TestDatabase.query("select id_hash from browser_session")).isEmpty();
    }

    /** Its cookie does not come with what another site sends, but the answer could take it away (RFC 6265bis section 5.7). */
    @ParameterizedTest
    @CsvSource({
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site",
        "Origin, https://evil.example",
        "Origin, null"
    })
    void anotherSiteCannotMakeABrowserForgetItsSession(String name, String value) {
        Exchange foreign = answered(
                Exchange.method("POST").at("/demo", "", "/claviger/sign-out").header(name, value));

        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.cookies()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Purpose", "Purpose"})
    void nobodySignsInForABrowserThatFetchesAheadOfAPerson(String header) {
        Exchange page = demo(Exchange.get(null), "/x")
                .header("Sec-Fetch-Mode", "navigate")
                .header(header, "prefetch;prerender");
        assertThat(node.guardedBrowsers.canSignIn(page.request())).isFalse();

        Exchange led = answered(demo(Exchange.get(null), "/claviger/sign-in").header(header, "prefetch"));
        assertThat(led.status()).isEqualTo(503); // and it asks again when the person goes there
        assertThat(led.cookies()).isEmpty();

        Exchange ahead =
                console("GET", "/clients").header(header, "prefetch").through(node.endpoints.get("/admin/console/*"));
        assertThat(ahead.status()).isEqualTo(503);
        assertThat(ahead.cookies()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // method, Sec-Fetch-Mode, Accept, Host, whether the person is led to sign in
        "GET,  navigate, text/html,        id.example.org, true",
        "HEAD, navigate, ,                 id.example.org, true",
        "GET,  ,         'text/html,*/*',  id.example.org, true",
        "GET,  cors,     text/html,        id.example.org, false",
        "GET,  ,         application/json, id.example.org, false",
        "POST, navigate, text/html,        id.example.org, false",
        "GET,  navigate, text/html,        10.0.0.7,       false",
    })
    void onlyAPersonWhoGoesSomewhereIsLedToSignIn(String method, String mode, String accept, String host, boolean led) {
        Exchange asked = demo(Exchange.method(method), "/x").header("Host", host);
        if (mode != null) {
            asked.header("Sec-Fetch-Mode", mode);
        }
        if (accept != null) {
            asked.header("Accept", accept);
        }
        assertThat(node.guardedBrowsers.canSignIn(asked.request())).isEqualTo(led);
    }

    @Test
    void aClientThatCannotSignInIsSaidOnce() {
        TestDatabase.execute("delete from client");
        node.clients.refresh();
        for (int i = 0; i < 2; i++) {
            Exchange asked = demo(Exchange.get(null), "/x");
            node.guardedBrowsers.signIn(asked.request(), asked.response(), DEMO.client());
        }

        assertThat(log.lines().stream().filter(line -> line.contains("CLAVIGER-1001")))
                .hasSize(1);
    }

    // --- At the console

    private Exchange console(String method, String below) {
        String path = "/api/v2/auth/admin/console" + below;
        return browser.prepare(
                (method.equals("GET") ? Exchange.get(null) : Exchange.post("a=b"))
                        .at("/api/v2/auth", "/admin/console", below),
                path);
    }

    private Administrator atTheConsole() throws OAuthException {
        Exchange asked = console("GET", "/clients");
        assertThat(node.console.signedIn(asked.request(), asked.response())).isEmpty();
        browser.keep(asked);
        String answer = browser.signIn(node, asked.header("Location"), "alice").header("Location");
        assertThat(browser.go(node, answer).header("Location")).isEqualTo(ISSUER + "/admin/console/clients");
        Exchange again = console("GET", "/clients");
        return node.console.signedIn(again.request(), again.response()).orElseThrow();
    }

    @Test
    void anAdministratorSignsInAtTheConsoleWithoutBeingAskedForConsent() throws OAuthException {
        Administrator alice = atTheConsole();

        assertThat(alice.name()).isEqualTo("alice");
        assertThat(alice.mayChange()).isTrue();
        assertThat(browser.sessions().get(0).getPath()).isEqualTo("/api/v2/auth/admin/console");
        assertThat(TestDatabase.query("select client_id from consent")).isEmpty();
    }

    @Test
    void thePagesOfTheConsoleAreThereForWhoHasSignedIn() throws OAuthException {
        Exchange before = console("GET", "/clients").through(node.endpoints.get("/admin/console/*"));
        assertThat(before.status()).isEqualTo(303);
        assertThat(before.header("Location")).startsWith(ISSUER + "/authorize?");
        assertThat(before.body()).isEmpty();
        atTheConsole();

        Exchange page = console("GET", "/clients").through(node.endpoints.get("/admin/console/*"));
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body())
                .contains("<h1>Clients</h1>", "Signed in as alice.", "href=\"../../assets/claviger.css\"");
    }

    @Test
    void whoIsNoAdministratorGetsNoSessionAtTheConsole() throws OAuthException {
        Exchange asked = console("GET", "/");
        assertThat(node.console.signedIn(asked.request(), asked.response())).isEmpty();
        browser.keep(asked);
        String answer = browser.signIn(node, asked.header("Location"), "bob").header("Location");

        assertThat(browser.go(node, answer).status()).isEqualTo(403);
        assertThat(browser.sessions()).isEmpty();
    }

    @Test
    void whoIsNoAdministratorAnyMoreIsOutOfTheConsole() throws OAuthException {
        atTheConsole();
        TestDatabase.execute("delete from resource_owner_group where group_name = 'claviger-admin'");
        CLOCK.advance(THRESHOLD.minusMinutes(3)); // unused for nine minutes of ten
        Exchange asked = console("GET", "/");
        assertThat(node.console.signedIn(asked.request(), asked.response())).isPresent();
        CLOCK.advance(Duration.ofMinutes(3));
        Exchange later = console("GET", "/");
        assertThat(node.console.signedIn(later.request(), later.response())).isEmpty();
        assertThat(later.status()).isEqualTo(303);
    }

    @Test
    void anotherSiteCannotHaveTheConsoleDoAnything() throws OAuthException {
        atTheConsole();

        Exchange foreign = console("POST", "/clients").header("Sec-Fetch-Site", "cross-site");
        assertThat(refusal(() -> node.console.signedIn(foreign.request(), foreign.response()))
                        .code())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        Exchange sibling = console("POST", "/clients").header("Origin", "https://evil.example.org");
        refusal(() -> node.console.signedIn(sibling.request(), sibling.response()));
        Exchange own = console("POST", "/clients")
                .header("Sec-Fetch-Site", "same-origin")
                .header("Origin", "null");
        assertThat(node.console.signedIn(own.request(), own.response())).isPresent();
    }

    @Test
    void whoSignsOutOfTheConsoleHasToSignInAnew() throws OAuthException {
        atTheConsole();
        Exchange out = console("POST", "/sign-out").header("Sec-Fetch-Site", "same-origin");
        node.console.signOut(out.request(), out.response());
        browser.keep(out);

        Exchange asked = console("GET", "/");
        assertThat(node.console.signedIn(asked.request(), asked.response())).isEmpty();
        assertThat(browser.go(node, browser.keep(asked).header("Location")).body())
                .contains("name=\"password\"");
    }

    @Test
    void whoSignsOutOfTheConsoleTooLateIsNotAskedToSignIn() throws OAuthException {
        atTheConsole();
        CLOCK.advance(Duration.ofHours(2));
        Exchange out = console("POST", "/sign-out")
                .header("Sec-Fetch-Site", "same-origin")
                .through(node.endpoints.get("/admin/console/*"));

        assertThat(out.status()).isEqualTo(303);
        assertThat(out.header("Location")).isEqualTo(ISSUER + "/signout");
        browser.keep(out);
        assertThat(browser.sessions()).isEmpty();
    }

    @Test
    void theConsoleIsNoClientOfTheTokenEndpointAndCannotBeRegistered() {
        Exchange asked = Exchange.post("grant_type=client_credentials")
                .header("Authorization", "Basic Y2xhdmlnZXItY29uc29sZTo=")
                .through(node.endpoints.get("/token"));
        assertThat(asked.status()).isEqualTo(401);
        Exchange empty = Exchange.post("grant_type=client_credentials&client_id=claviger-console")
                .through(node.endpoints.get("/token"));
        assertThat(empty.status()).isEqualTo(401);

        assertThat(new ArrayList<>(node.registrations.list("", 100, ""))).hasSize(1);
        org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixture.register(
                        node.clients,
                        json("{'client_id':'claviger-console','client_secret':'" + SECRET + "','redirect_uris':['"
                                + CALLBACK + "']}"),
                        ""))
                .withMessageContaining("/client_id");
        assertThat(node.clients.find(ClientId.CONSOLE)).contains(ConsoleSession.client(node.settings.get()));
    }
}

package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.json;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.client.NewClient;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionsPageTest {
    private static final String FAMILY = "AAAAAAAAAAAAAAAAAAAAAA";

    private final ConsoleFixture console = new ConsoleFixture();
    private final String subject = Fixture.user("carol", true);

    private void signIn() {
        try {
            console.sessions.open(
                    console.resourceOwners.find(new Subject(subject)).orElseThrow(),
                    TestClock.START,
                    Map.entry("client", new ClientId("shop")));
        } catch (OAuthException refused) {
            throw new IllegalStateException(refused);
        }
    }

    private void family(String id) {
        TestDatabase.execute(
                "insert into token_family (family_id, client_id, subject, scope, auth_time, generation, code_hash, redirect_uri,"
                        + " code_challenge, idle_expires_at, expires_at) values (?, 'shop', ?, 'demo', ?, 1, ?, 'x', 'x', ?, ?)",
                id,
                subject,
                TestClock.START,
                "hash of " + id,
                TestClock.START.plusSeconds(3_600),
                TestClock.START.plusSeconds(7_200));
    }

    /** The client of the families. */
    private void register() {
        console.registrations.create(
                NewClient.parse(
                        json("{'client_id':'shop','token_endpoint_auth_method':'none',"
                                + "'redirect_uris':['https://shop.example.org/cb']}"),
                        "",
                        console.settings.get().classifications().names()),
                entities -> {},
                "root");
    }

    private static String link(Exchange page, String action) {
        Matcher link = Pattern.compile("href=\"(sessions[?][^\"]*do=" + action + "[^\"]*)\"")
                .matcher(page.body());
        assertThat(link.find()).as(page.body()).isTrue();
        return ConsoleFixture.unescape(link.group(1));
    }

    private int living() throws OAuthException {
        return console.families
                .list(Optional.of(new Subject(subject)), Optional.empty(), "", 10)
                .size();
    }

    @Test
    void sessionsAreFoundByUserNameSubjectAndClient() {
        register();
        signIn();
        family(FAMILY);
        for (String address : new String[] {"sessions?username=carol", "sessions?subject=" + subject}) {
            assertThat(console.get(address).body())
                    .contains("<h1>Sessions of carol</h1>", ">shop</a>", "<td>demo</td>", "do=end-sign-in");
        }
        assertThat(console.get("sessions?client_id=shop").body())
                .contains("<h1>Sessions of shop</h1>", "do=end-family")
                .doesNotContain("do=end-sign-in");
        assertThat(console.get("sessions").body()).contains("<h1>Sessions</h1>").doesNotContain("<table");
    }

    @Test
    void oneSessionAndOneAccessEndAfterOneQuestionEach() throws OAuthException {
        signIn();
        family(FAMILY);
        Exchange page = console.get("sessions?username=carol");
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange ask = console.get(link(page, "end-sign-in"));
            assertThat(ask.body()).contains("One browser of carol is signed out.");
            assertThat(console.follow(console.submit(ask, "sessions")).body())
                    .contains("It has ended.")
                    .doesNotContain("do=end-sign-in");
            assertThat(living()).isOne();
            console.submit(console.get(link(page, "end-family")), "sessions");
            assertThat(living()).isZero();
            assertThat(String.join("\n", audit.lines()))
                    .contains("SESSION_ENDED by=\"root\"", "REVOKED by=\"root\" client=\"shop\" family=\"" + FAMILY);
        }
        assertThat(console.submit(console.get(link(page, "end-family")), "sessions")
                        .header("Location"))
                .endsWith("done=unchanged");
    }

    @Test
    void everythingOfAUserOrAClientEnds() {
        register();
        signIn();
        family(FAMILY);
        console.submit(console.get("sessions?subject=" + subject + "&do=end-all"), "sessions");
        assertThat(console.get("sessions?username=carol").body())
                .contains("There is none.")
                .doesNotContain("<table");
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            console.submit(console.get("sessions?client_id=shop&do=end-all"), "sessions");
            assertThat(String.join("\n", audit.lines())).contains("REVOKED by=\"root\" client=\"shop\"");
        }
    }

    @Test
    void aPageEndsNothingOfSomebodyElse() throws OAuthException {
        family(FAMILY);
        String dora = Fixture.user("dora", true);
        Exchange shown = console.get("sessions?subject=" + dora + "&do=end-all");
        Matcher token = Pattern.compile("name=\"form_token\" value=\"([^\"]*)\"")
                .matcher(shown.body().substring(shown.body().indexOf("action=\"sessions\"")));
        assertThat(token.find()).isTrue();

        assertThat(console.get("sessions?subject=" + dora + "&do=end-family&name=" + FAMILY)
                        .status())
                .isEqualTo(404);
        assertThat(console.post(
                                "sessions",
                                "form_token",
                                ConsoleFixture.unescape(token.group(1)),
                                "do",
                                "end-family",
                                "subject",
                                dora,
                                "name",
                                FAMILY)
                        .status())
                .isEqualTo(404);
        assertThat(living()).isOne();

        signIn();
        String name = console.sessions.list(new Subject(subject), 1).get(0).name();
        console.post(
                "sessions",
                "form_token",
                ConsoleFixture.unescape(token.group(1)),
                "do",
                "end-sign-in",
                "subject",
                dora,
                "name",
                name);
        assertThat(console.sessions.list(new Subject(subject), 1)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sessions?username=nobody",
                "sessions?subject=nobody",
                "sessions?client_id=%C3%A9",
                "sessions?client_id=nobody",
                "sessions?username=carol&do=explode"
            })
    void whatIsNotThereIsNotFound(String address) {
        assertThat(console.get(address).status()).isEqualTo(404);
    }

    @Test
    void aReaderSeesEverythingAndEndsNothing() throws OAuthException {
        signIn();
        family(FAMILY);
        Exchange ask = console.get("sessions?username=carol&do=end-all");
        console.onlyRead();

        assertThat(console.get("sessions?username=carol").body())
                .contains(">shop</a>")
                .doesNotContain("do=", "edition");
        assertThat(console.submit(ask, "sessions").status()).isEqualTo(403);
        assertThat(living()).isOne();
    }
}

package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestDatabase;
import org.claviger.console.ConsoleSession.Administrator;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleEndpointTest {
    private final ConsoleFixture console = new ConsoleFixture();

    @ParameterizedTest
    @ValueSource(strings = {"", "clients", "users", "sessions", "keys", "settings", "audit", "client-new", "user-new"})
    void everyPageStandsInTheSameFrameInBothLanguages(String page) {
        for (String language : new String[] {"en", "de"}) {
            console.language = language;
            Exchange shown = console.get(page);

            assertThat(shown.status()).isEqualTo(200);
            assertThat(shown.body())
                    .contains("<html lang=\"" + language + "\">", "<a class=\"skip\" href=\"#main\">")
                    .contains("<main id=\"main\" tabindex=\"-1\">", "href=\"../../assets/claviger.css\"")
                    .doesNotContain("<script", "<style", " style=")
                    .doesNotContainPattern(" on[a-z]+=");
            // "{0}" in a setting is what an administrator writes
            assertThat(shown.body().replace("={0})", "").replace("{0}: the person", ""))
                    .doesNotContain("{0}");
            String links = shown.body()
                    .substring(shown.body().indexOf("<nav"), shown.body().indexOf("</nav>"));
            assertThat(links).containsOnlyOnce("aria-current=");
            assertThat(shown.header("Content-Security-Policy")).startsWith("default-src 'none'; style-src 'self'");
            assertThat(shown.header("Cache-Control")).isEqualTo("no-store");
        }
    }

    @Test
    void thePageThatIsOpenIsMarkedInTheLinks() {
        assertThat(console.get("users").body()).contains("<a href=\"users\" aria-current=\"page\">Users</a>");
        assertThat(console.get("user-new").body()).contains("<a href=\"users\" aria-current=\"true\">Users</a>");
    }

    @Test
    void whoIsSignedInIsNamed() {
        console.administrator =
                Optional.of(new Administrator("<b>\"root\"</b>", new Subject("subject-of-root"), true, "session"));

        assertThat(console.get("keys").body()).contains("Signed in as &lt;b&gt;&quot;root&quot;&lt;/b&gt;.");
        console.onlyRead();
        assertThat(console.get("keys").body()).contains("Signed in as reader, who may look and change nothing.");
    }

    @Test
    void whoIsNotSignedInSeesNothing() {
        console.administrator = Optional.empty();

        assertThat(console.get("clients").body()).isEmpty();
        assertThat(console.post("client-new", "client_id", "shop").body()).isEmpty();
    }

    @Test
    void theAddressWithoutASlashLeadsToTheOneWithIt() {
        Exchange answer = Exchange.get(null).through(console.endpoint);

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.header("Location")).isEqualTo(Fixture.ISSUER + "/admin/console/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "client/", "Clients", "clients/x", "../token", "audit2"})
    void whatIsNoPageIsNotFoundInTheSameFrame(String page) {
        Exchange answer = console.get(page);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("There is no such page", "<nav").doesNotContain("aria-current");
    }

    @Test
    void onlyFixedWordsAreSaidAboutWhatWasDone() {
        assertThat(console.get("clients?done=deleted").body()).contains("It is deleted.");
        assertThat(console.get("clients?done=You+have+won").body()).doesNotContain("won", "role=\"status\"");
    }

    @Test
    void aFormWithoutATokenOrWithThatOfAnotherPageBrowserOrAdministratorIsRefused() {
        Exchange form = console.get("user-new");
        Exchange other = console.get("client-new");
        String token = ConsoleFixture.hidden(form, "user-new").replaceAll(".*form_token=([^&]*).*", "$1");
        String foreign = ConsoleFixture.hidden(other, "client-new").replaceAll(".*form_token=([^&]*).*", "$1");

        assertRefused(console.post("user-new", "username", "eve"));
        assertRefused(console.post("user-new", "username", "eve", "form_token", foreign));
        console.administrator =
                Optional.of(new Administrator("other", new Subject("subject-of-other"), true, "other session"));
        assertRefused(console.post("user-new", "username", "eve", "form_token", token));
        console.administrator = Optional.of(new Administrator("root", new Subject("subject-of-root"), true, "session"));
        console.forgetCookies();
        assertRefused(console.post("user-new", "username", "eve", "form_token", token));
        assertThat(console.accounts.findNamed("eve")).isEmpty();
    }

    private static void assertRefused(Exchange answer) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("This cannot be done", "<nav");
    }

    @Test
    void aFormThatAnotherSiteSendsIsRefusedThoughItHasTheToken() {
        Exchange form = console.get("user-new");
        Exchange answer = Exchange.post(ConsoleFixture.hidden(form, "user-new") + "&username=eve")
                .at("/api/v2/auth", ConsoleSession.PATH, "/user-new")
                .header("Origin", "https://evil.example.org")
                .cookie(form.cookies().values().iterator().next())
                .through(console.endpoint);

        assertRefused(answer);
    }

    @Test
    void repeatedParametersAreRefused() {
        Exchange form = console.get("user-new");

        assertRefused(console.submit(form, "user-new", "username", "eve", "username", "mallory"));
        assertThat(console.get("clients?name=a&name=b").status()).isEqualTo(400);
    }

    @Test
    void moreThanOneLineIsRefusedWhereOneIsAskedFor() {
        assertRefused(console.submit(console.get("user-new"), "user-new", "username", "eve\r\nmallory"));
    }

    @Test
    void aReadersFormIsRefusedAndInTheAudit() {
        console.onlyRead();
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange refused = console.post("user-new", "username", "eve");

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).contains("You may only look");
            assertThat(audit.lines()).anyMatch(line -> line.startsWith("REQUEST_REFUSED"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
    void otherMethodsAreRefused(String method) {
        assertThat(Exchange.method(method)
                        .at("/api/v2/auth", ConsoleSession.PATH, "/clients")
                        .through(console.endpoint)
                        .status())
                .isEqualTo(405);
    }

    @Test
    void aPageWithoutAFormTakesNone() {
        String token = console.submit(console.get("user-new"), "user-new", "username", "x")
                .body();
        assertThat(token).isNotNull();
        assertThat(console.post("clients", "a", "b").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "audit?by=root, audit_event",
        "users?name=carol, resource_owner",
        "sessions?username=carol, token_family"
    })
    void whatTheDatabaseTakesTooLongToFindIsRefusedAndNoFault(String address, String table) {
        Fixture.user("carol", true);

        Exchange answer = TestDatabase.whileLate(table, () -> console.get(address));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("60");
    }
}

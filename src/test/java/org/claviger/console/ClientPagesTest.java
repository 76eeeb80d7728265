package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.json;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.TestDatabase;
import org.claviger.audit.Origin;
import org.claviger.client.Registrations.Registered;
import org.claviger.oauth.ClientId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPagesTest {
    private static final Pattern SECRET = Pattern.compile("<code class=\"credential\">([A-Za-z0-9_-]{43})</code>");
    private static final String HOSTILE = "<script>alert(\"'x'\")</script>&amp;";

    private final ConsoleFixture console = new ConsoleFixture();

    private Exchange create(String id, String... fields) {
        String[] all = new String[fields.length + 2];
        all[0] = "client_id";
        all[1] = id;
        System.arraycopy(fields, 0, all, 2, fields.length);
        return console.submit(console.get("client-new"), "client-new", all);
    }

    private Exchange createPublic(String id, String... more) {
        String[] fields = {
            "client_name",
            "The " + id,
            "token_endpoint_auth_method",
            "none",
            "grant_types.authorization_code",
            "true",
            "redirect_uris",
            "https://" + id + ".example.org/cb\r\nhttps://" + id + ".example.org/cb2\r\n"
        };
        String[] all = new String[fields.length + more.length];
        System.arraycopy(fields, 0, all, 0, fields.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        return create(id, all);
    }

    private Exchange createService(String id) {
        return create(
                id,
                "token_endpoint_auth_method",
                "client_secret_basic",
                "grant_types.client_credentials",
                "true",
                "scope",
                "demo",
                "classification",
                "standard");
    }

    private Registered client(String id) {
        return console.registrations.find(new ClientId(id)).orElseThrow();
    }

    @Test
    void aClientWithoutACheckedGrantTypeHasNone() {
        create(
                "none",
                "token_endpoint_auth_method",
                "client_secret_basic",
                "classification",
                "standard",
                "redirect_uris",
                "https://none.example.org/cb");

        assertThat(client("none").metadata().getJsonArray("grant_types")).isEmpty();
    }

    @Test
    void aPublicClientIsRegisteredAndShown() {
        Exchange created = createPublic("shop", "groups", " a \r\n\r\nb b\r\n", "user_groups.only", "true");

        assertThat(created.status()).isEqualTo(303);
        assertThat(created.header("Location"))
                .isEqualTo("https://id.example.org/api/v2/auth/admin/console/client?id=shop&done=created");
        assertThat(client("shop").metadata().toString())
                .isEqualTo(json("{'client_name':'The shop','token_endpoint_auth_method':'none',"
                                + "'redirect_uris':['https://shop.example.org/cb','https://shop.example.org/cb2'],"
                                + "'groups':['a','b b'],'grant_types':['authorization_code'],'user_groups':[],"
                                + "'client_id':'shop'}")
                        .toString());
        Exchange shown = console.follow(created);
        assertThat(shown.status()).isEqualTo(200);
        assertThat(shown.body())
                .contains("<h1>shop</h1>", "<p role=\"status\" class=\"done\">It is registered.</p>")
                .contains("<dd>https://shop.example.org/cb</dd>\n<dd>https://shop.example.org/cb2</dd>")
                .contains("href=\"client?id=shop&amp;do=delete\"", "href=\"client-change?id=shop\"")
                .doesNotContain("do=rotate");
    }

    @Test
    void theSecretOfAClientIsInTheAnswerThatMakesItAndNowhereElse() {
        Exchange created = createService("batch");

        assertThat(created.status()).isEqualTo(200);
        Matcher secret = SECRET.matcher(created.body());
        assertThat(secret.find()).isTrue();
        assertThat(created.header("Cache-Control")).isEqualTo("no-store");
        assertThat(created.header("Location")).isEmpty();
        assertThat(console.get("client?id=batch").body()).doesNotContain(secret.group(1));
        assertThat(TestDatabase.dump()).doesNotContain(secret.group(1));
    }

    @Test
    void whatIsRegisteredAlreadyOrIsAUserIsRefusedWithWhatWasTyped() {
        createPublic("shop");
        Exchange again = createPublic("shop", "scope", "demo");

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.body())
                .contains("This does not fit. client_id: is registered already", "value=\"shop\"", "value=\"demo\"")
                .contains("aria-describedby=\"problem\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://shop.example.org/", "javascript:alert(1)", "https://shop.example.org/#x"})
    void whatDoesNotFitIsRefusedAndMarked(String uri) {
        Exchange refused = create(
                "shop",
                "token_endpoint_auth_method",
                "none",
                "grant_types.authorization_code",
                "true",
                "redirect_uris",
                uri);

        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body())
                .contains("This does not fit. redirect_uris/0: must be https")
                .containsPattern("<textarea id=\"redirect_uris\"[^>]*aria-invalid=\"true\"")
                .contains(uri);
        assertThat(console.registrations.find(new ClientId("shop"))).isEmpty();
    }

    @Test
    void whatIsNoNumberIsNoLeeway() {
        assertThat(createPublic("shop", "refresh_token_leeway", "ten").body())
                .contains("refresh_token_leeway: must be a whole number between 0 and");
        assertThat(createPublic("shop", "refresh_token_leeway", "10").status()).isEqualTo(303);
        assertThat(client("shop").metadata().getInt("refresh_token_leeway")).isEqualTo(10);
    }

    @Test
    void clientsAreListedSearchedAndReadPageByPage() {
        for (int i = 10; i < 62; i++) {
            createPublic("app-" + i);
        }
        Exchange first = console.get("clients");

        assertThat(first.body()).contains(">app-10</a>", ">app-59</a>").doesNotContain(">app-60</a>");
        Matcher next =
                Pattern.compile("href=\"(clients[?][^\"]*)\" rel=\"next\"").matcher(first.body());
        assertThat(next.find()).isTrue();
        assertThat(console.get(ConsoleFixture.unescape(next.group(1))).body())
                .contains(">app-60</a>", ">app-61</a>")
                .doesNotContain(">app-59</a>", "rel=\"next\"");
        assertThat(console.get("clients?name=THE+APP-33").body())
                .contains(">app-33</a>", "value=\"THE APP-33\"")
                .doesNotContain(">app-34</a>");
        assertThat(console.get("clients?name=nobody").body()).contains("There is none.");
    }

    @Test
    void hostileNamesAreText() {
        assertThat(create("a\"'><b>", fields("Name")).status()).isEqualTo(303);
        String id = "a%22%27%3E%3Cb%3E";
        Exchange change = console.get("client-change?id=" + id);
        assertThat(console.submit(change, "client-change", fields(HOSTILE)).status())
                .isEqualTo(303);

        for (String address : new String[] {
            "clients",
            "client?id=" + id,
            "client?do=delete&id=" + id,
            "client-change?id=" + id,
            "sessions?client_id=" + id,
            "clients?name=%3Cscript%3E%22"
        }) {
            assertThat(console.get(address).body())
                    .as(address)
                    .doesNotContain("<script", "<b>", "\"'x'", "a\"")
                    .satisfiesAnyOf(page -> assertThat(page).contains("&lt;script&gt;"), page -> assertThat(page)
                            .contains("a&quot;&#39;&gt;&lt;b&gt;"));
        }
    }

    private static String[] fields(String name) {
        return new String[] {
            "client_name",
            name,
            "token_endpoint_auth_method",
            "none",
            "grant_types.authorization_code",
            "true",
            "redirect_uris",
            "https://shop.example.org/cb",
            "scope",
            "demo",
            "classification",
            "standard",
            "access_token_typ",
            "at+jwt"
        };
    }

    @Test
    void aClientIsChangedWhereTheFormDiffersAndNowhereElse() {
        createPublic("shop");
        TestDatabase.execute(
                "update client set metadata = ? where client_id = 'shop'",
                "{\"client_id\":\"shop\",\"token_endpoint_auth_method\":\"none\",\"redirect_uris\":[\"https://shop.example.org/cb\"],"
                        + "\"user_groups\":[]}");
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange changed = console.submit(
                    console.get("client-change?id=shop"),
                    "client-change",
                    with(fields("Shop"), "user_groups.only", "true"));

            assertThat(changed.header("Location")).endsWith("client?id=shop&done=changed");
            assertThat(client("shop").metadata().toString())
                    .isEqualTo("{\"client_id\":\"shop\",\"token_endpoint_auth_method\":\"none\","
                            + "\"redirect_uris\":[\"https://shop.example.org/cb\"],\"user_groups\":[],"
                            + "\"client_name\":\"Shop\",\"scope\":\"demo\"}");
            assertThat(String.join("\n", audit.lines()))
                    .contains("CLIENT_CHANGED by=\"root\" client=\"shop\" members=\"client_name scope\"");
        }
        Exchange same = console.submit(
                console.get("client-change?id=shop"),
                "client-change",
                with(fields("Shop"), "user_groups.only", "true"));
        assertThat(same.header("Location")).endsWith("done=unchanged");
    }

    private static String[] with(String[] fields, String... more) {
        String[] all = Arrays.copyOf(fields, fields.length + more.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        return all;
    }

    @Test
    void whoBecomesConfidentialGetsASecretOnce() {
        createPublic("shop");
        Exchange form = console.get("client-change?id=shop");
        String[] fields = fields("Shop");
        fields[3] = "client_secret_post";

        assertThat(console.submit(form, "client-change", fields).body()).containsPattern(SECRET);
        Exchange again = console.submit(form, "client-change", fields);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.body()).contains("Nothing has changed").doesNotContainPattern(SECRET);
    }

    @Test
    void whoIsLateChangesNothingAndSeesWhatHolds() {
        createPublic("shop");
        Exchange form = console.get("client-change?id=shop");
        console.submit(form, "client-change", fields("First"));
        long edition = client("shop").edition();

        Exchange late = console.submit(form, "client-change", fields("Second"));

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.body()).contains("role=\"alert\">Nothing has changed", "<dd>First</dd>");
        assertThat(client("shop").edition()).isEqualTo(edition);
    }

    @Test
    void aSecretIsRotatedOnceHoweverOftenTheFormIsSent() {
        createService("batch");
        Exchange ask = console.get("client?id=batch&do=rotate");
        assertThat(ask.body()).contains("The client batch gets another secret", "stays good for 1 day");
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange rotated = console.submit(ask, "client");
            Matcher secret = SECRET.matcher(rotated.body());
            assertThat(secret.find()).isTrue();

            Exchange again = console.submit(ask, "client");

            assertThat(again.status()).isEqualTo(409);
            assertThat(again.body()).doesNotContain(secret.group(1)).doesNotContainPattern(SECRET);
            assertThat(String.join("\n", audit.lines()))
                    .containsOnlyOnce("CLIENT_SECRET_ROTATED by=\"root\" client=\"batch\" overlap=\"PT24H\"")
                    .doesNotContain(secret.group(1));
        }
        assertThat(console.get("client?id=batch").body()).contains("The secret before is good until");
        console.submit(console.get("client?id=batch&do=rotate"), "client", "at_once", "true");
        assertThat(client("batch").previousSecretUntil()).isEmpty();
    }

    @Test
    void aClientIsDisabledEnabledAndDeletedAfterOneQuestionEach() {
        createPublic("shop");
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange ask = console.get("client?id=shop&do=disable");
            assertThat(ask.body()).contains("The client shop gets no tokens any more", "<h1>Disable</h1>");
            assertThat(client("shop").enabled()).isTrue();

            assertThat(console.follow(console.submit(ask, "client")).body())
                    .contains("It is disabled.", "do=enable")
                    .doesNotContain("do=disable");
            assertThat(client("shop").enabled()).isFalse();
            console.submit(console.get("client?id=shop&do=enable"), "client");
            assertThat(client("shop").enabled()).isTrue();
            Exchange deleted = console.submit(console.get("client?id=shop&do=delete"), "client");
            assertThat(deleted.header("Location")).endsWith("/admin/console/clients?done=deleted");
            assertThat(String.join("\n", audit.lines()))
                    .contains("CLIENT_DISABLED by=\"root\" client=\"shop\"")
                    .contains("CLIENT_ENABLED by=\"root\" client=\"shop\"")
                    .contains("CLIENT_DELETED by=\"root\" client=\"shop\"");
        }
        assertThat(console.get("client?id=shop").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client",
                "client?id=",
                "client?id=nobody",
                "client?id=%C3%A9",
                "client-change?id=nobody",
                "client?id=shop&do=rotate",
                "client?id=shop&do=enable",
                "client?id=shop&do=explode"
            })
    void whatIsNotThereIsNotFound(String address) {
        createPublic("shop");
        assertThat(console.get(address).status()).isEqualTo(404);
    }

    @Test
    void aReaderSeesEverythingAndNoButton() {
        createService("batch");
        console.onlyRead();

        assertThat(console.get("clients").body()).contains(">batch</a>").doesNotContain("client-new");
        assertThat(console.get("client?id=batch").body())
                .contains("<dd>client_credentials</dd>")
                .doesNotContain("class=\"button", "edition", "do=", "client-change");
        for (String address : new String[] {"client-new", "client-change?id=batch", "client?id=batch&do=delete"}) {
            assertThat(console.get(address).status()).as(address).isEqualTo(403);
        }
    }

    @Test
    void aReaderDoesNothingByAFormThatAnAdministratorWasShown() {
        createService("batch");
        Exchange ask = console.get("client?id=batch&do=delete");
        console.onlyRead();

        assertThat(console.submit(ask, "client").status()).isEqualTo(403);
        assertThat(console.registrations.find(new ClientId("batch"))).isPresent();
    }

    @Test
    void theAuditHasTheSubjectOfWhoActsBesideTheName() {
        Origin.begin(() -> new Origin("203.0.113.7", ""));
        try {
            createPublic("accounted");
        } finally {
            Origin.end();
        }

        assertThat(TestDatabase.query(
                        "select acted_by || ' ' || details from audit_event where event = 'CLIENT_CREATED'"))
                .singleElement()
                .asString()
                .startsWith("root ")
                .contains("\"by_subject\":\"subject-of-root\"");
    }
}

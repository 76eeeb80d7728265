package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestDatabase;
import org.claviger.console.ConsoleSession.Administrator;
import org.claviger.identity.Accounts.Account;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserPagesTest {
    private static final Pattern CODE = Pattern.compile("<code class=\"credential\">([A-Za-z0-9_-]{43})</code>");
    private static final String HOSTILE = "<script>alert(\"'x'\")</script>";

    private final ConsoleFixture console = new ConsoleFixture();

    private Account user(String subject) {
        return console.accounts.find(new Subject(subject)).orElseThrow();
    }

    @Test
    void aUserIsRegisteredAndShown() {
        Exchange created = console.submit(
                console.get("user-new"),
                "user-new",
                "username",
                "carol",
                "name",
                "Carol",
                "email",
                "",
                "groups",
                "user\r\n orders \r\n");

        assertThat(created.status()).isEqualTo(303);
        assertThat(console.follow(created).body())
                .contains("<h1>carol</h1>", "It is registered.", "<dd>Carol</dd>", "<dd>orders</dd>\n<dd>user</dd>");
        assertThat(console.accounts.findNamed("carol").orElseThrow().owner().email())
                .isEmpty();
    }

    /** Their password and what is said of them are kept over there. */
    @Test
    void whoIsElsewhereGetsNoCodeAndNoOtherName() {
        String subject = Fixture.user("dora", true);
        Exchange asked = console.get("user?id=" + subject + "&do=code");
        Exchange form = console.get("user-change?id=" + subject);
        TestDatabase.execute("update resource_owner set store = 'ldap', store_id = '1' where subject = ?", subject);

        assertThat(console.get("user?id=" + subject).body())
                .contains("<dd>ldap</dd>", "do=disable")
                .doesNotContain("do=code");
        assertThat(console.get("user?id=" + subject + "&do=code").status()).isEqualTo(404);
        assertThat(console.submit(asked, "user").status()).isEqualTo(404);
        Exchange refused = console.submit(form, "user-change", "username", "dora", "name", "Other", "groups", "");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(user(subject).owner().name()).isNotEqualTo(Optional.of("Other"));
        assertThat(TestDatabase.query("select subject from password_reset")).isEmpty();
    }

    @Test
    void aNameThatIsTakenOrDoesNotFitIsRefused() {
        Fixture.user("carol", false);

        Exchange taken = console.submit(console.get("user-new"), "user-new", "username", "carol", "name", HOSTILE);
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.body())
                .contains("This does not fit. username: is taken", "value=\"&lt;script&gt;")
                .doesNotContain("<script");
        Exchange refused = console.submit(
                console.get("user-new"), "user-new", "username", "dave", "groups", "claviger-everything");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).containsPattern("<textarea id=\"groups\"[^>]*aria-invalid=\"true\"");
    }

    @Test
    void hostileNamesAreText() {
        String subject = Fixture.user(HOSTILE, true, "<b>\"group\"</b>");
        for (String address : new String[] {
            "users",
            "users?name=%3Cscript",
            "user?id=" + subject,
            "user?do=disable&id=" + subject,
            "user-change?id=" + subject,
            "sessions?subject=" + subject
        }) {
            assertThat(console.get(address).body())
                    .as(address)
                    .contains("&lt;script&gt;")
                    .doesNotContain("<script", "<b>", "\"group\"");
        }
    }

    @Test
    void usersAreSearched() {
        Fixture.user("carol", true);
        Fixture.user("dave", false);

        assertThat(console.get("users").body()).contains(">carol</a>", ">dave</a>", "<td>disabled</td>");
        assertThat(console.get("users?name=CAR").body()).contains(">carol</a>").doesNotContain(">dave</a>");
    }

    @Test
    void nameAddressAndGroupsAreChangedAndAWhoIsLateChangesNothing() {
        String subject = Fixture.user("carol", true, "user");
        Exchange form = console.get("user-change?id=" + subject);
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange changed =
                    console.submit(form, "user-change", "name", "Carol", "email", "c@example.org", "groups", "orders");
            assertThat(console.follow(changed).body()).contains("It is changed.", "<dd>Carol</dd>");
            assertThat(user(subject).owner().groups()).isEqualTo(Set.of("orders"));
            assertThat(String.join("\n", audit.lines()))
                    .contains("USER_CHANGED by=\"root\" members=\"email groups name\" subject=\"" + subject);
        }
        Exchange late = console.submit(form, "user-change", "name", "Other");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.body()).contains("Nothing has changed", "<dd>Carol</dd>");
        assertThat(user(subject).owner().name()).isEqualTo(Optional.of("Carol"));
        Exchange same = console.submit(
                console.get("user-change?id=" + subject),
                "user-change",
                "name",
                "Carol",
                "email",
                "c@example.org",
                "groups",
                "orders");
        assertThat(same.header("Location")).endsWith("done=unchanged");
    }

    @Test
    void aCodeIsShownOnceAndMadeOnceHoweverOftenTheFormIsSent() {
        String subject = Fixture.user("carol", true);
        Exchange ask = console.get("user?id=" + subject + "&do=code");
        try (CapturedLog audit = new CapturedLog("org.claviger.audit")) {
            Exchange issued = console.submit(ask, "user");
            Matcher code = CODE.matcher(issued.body());
            assertThat(code.find()).isTrue();
            assertThat(issued.body()).contains("https://id.example.org/api/v2/auth/password", "13:00:00 UTC");
            assertThat(console.resets.isGood(code.group(1))).isTrue();

            Exchange again = console.submit(ask, "user");

            assertThat(again.status()).isEqualTo(409);
            assertThat(again.body()).contains("There is a code for a password").doesNotContainPattern(CODE);
            assertThat(console.resets.isGood(code.group(1))).isTrue();
            assertThat(String.join("\n", audit.lines()))
                    .containsOnlyOnce("PASSWORD_RESET_ISSUED by=\"root\" subject=\"" + subject)
                    .doesNotContain(code.group(1));
            assertThat(TestDatabase.dump()).doesNotContain(code.group(1));
        }
        console.clock.advance(Duration.ofHours(1));
        assertThat(console.get("user?id=" + subject).body()).doesNotContain("There is a code");
    }

    @Test
    void aUserIsDisabledEnabledAndDeletedAfterOneQuestionEach() {
        String subject = Fixture.user("carol", true);
        Exchange ask = console.get("user?id=" + subject + "&do=disable");
        assertThat(ask.body()).contains("carol is signed out everywhere").doesNotContain("That is you");
        assertThat(user(subject).enabled()).isTrue();

        console.submit(ask, "user");
        assertThat(user(subject).enabled()).isFalse();
        assertThat(console.get("user?id=" + subject + "&do=code").status()).isEqualTo(404);
        console.submit(console.get("user?id=" + subject + "&do=enable"), "user");
        assertThat(user(subject).enabled()).isTrue();
        assertThat(console.submit(ask, "user").status()).isEqualTo(409);
        console.submit(console.get("user?id=" + subject + "&do=delete"), "user");
        assertThat(console.get("user?id=" + subject).status()).isEqualTo(404);
    }

    @Test
    void whoIsAboutToDisableThemselvesIsTold() {
        String subject = Fixture.user("root", true, "claviger-admin");
        console.administrator = Optional.of(new Administrator("root", new Subject(subject), true, "session"));

        assertThat(console.get("user?id=" + subject + "&do=disable").body()).contains("That is you");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "user?id=nobody", "user-change?id=nobody", "user?id=nobody&do=delete"})
    void whatIsNotThereIsNotFound(String address) {
        assertThat(console.get(address).status()).isEqualTo(404);
    }

    @Test
    void aReaderSeesEverythingAndNoButton() {
        String subject = Fixture.user("carol", true, "user");
        Exchange ask = console.get("user?do=delete&id=" + subject);
        console.onlyRead();

        assertThat(console.get("users").body()).contains(">carol</a>").doesNotContain("user-new");
        assertThat(console.get("user?id=" + subject).body())
                .contains("<dd>user</dd>")
                .doesNotContain("class=\"button", "edition", "do=", "user-change");
        assertThat(console.get("user?do=code&id=" + subject).status()).isEqualTo(403);
        assertThat(console.submit(ask, "user").status()).isEqualTo(403);
        assertThat(user(subject).enabled()).isTrue();
    }
}

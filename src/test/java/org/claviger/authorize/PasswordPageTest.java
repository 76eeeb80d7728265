package org.claviger.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;

import jakarta.servlet.http.Cookie;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.identity.Accounts;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.PasswordResets;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.page.Pages;
import org.claviger.revocation.RevocationRepository;
import org.claviger.throttle.Throttle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page on which a password is chosen by a code, and what nobody in good faith would send to it. */
class PasswordPageTest {
    private static final Pattern TOKEN = Pattern.compile("name=\"form_token\" value=\"([^\"]*)\"");
    private static final String CHOSEN = "&password=twelve+characters&password_again=twelve+characters";

    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();
    private final RevocationRepository revocations = Fixture.revocations(database, clock);
    private final ResourceOwners owners = new ResourceOwners(database, revocations, RANDOM);
    private final PasswordResets resets = new PasswordResets(database, owners, TOKENS, clock);
    private final Pages pages = new Pages(Fixture::settings);
    private final Browser browser = new Browser(
            Fixture.settings().issuer(),
            new SignInSessions(database, owners, revocations, TOKENS, Fixture::settings, clock),
            Fixture.Keys.MAC,
            TOKENS);
    private final PasswordEndpoint endpoint = new PasswordEndpoint(
            resets,
            new Throttle(database, Fixture.Keys.MAC, clock, entities -> clock.instant()),
            new PasswordForm(pages, browser, new PasswordPolicy(Fixture::settings)));
    private final String alice = Fixture.user("alice", true);
    private final Exchange page = Exchange.get("").through(endpoint);

    private String formToken() {
        Matcher token = TOKEN.matcher(page.body());
        assertThat(token.find()).as(page.body()).isTrue();
        return Parameters.pair("form_token", token.group(1));
    }

    private Exchange send(String form) {
        Exchange exchange = Exchange.post(form);
        page.cookies().values().stream()
                .map(set -> new Cookie(set.getName(), set.getValue()))
                .forEach(exchange::cookie);
        return exchange.through(endpoint);
    }

    private String code() {
        Accounts accounts = new Accounts(database, revocations, owners);
        return resets.issue(accounts.find(new Subject(alice)).orElseThrow(), "test")
                .orElseThrow()
                .value();
    }

    private static String stored() {
        return TestDatabase.query("select password_hash from resource_owner").get(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code=",
                "code=+++",
                "code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
                "code=x'%20or%20'1'='1'",
                "code=%f0%9f%98%80",
                "code=%ef%bf%bf",
                "code=%e2%80%ae",
                "x=y"
            })
    void aCodeThatIsNoneIsRefusedAndShownAsItWasTyped(String code) {
        String before = stored();

        Exchange answer = send(formToken() + "&" + code + CHOSEN);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("This code is wrong or has expired.").doesNotContain("<script");
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void aCodeLongerThanAnyIsRefused() {
        assertThat(send(formToken() + "&code=" + "x".repeat(60_000) + CHOSEN).status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code=%00",
                "code=a%0d%0ab",
                "code=%ed%a0%80",
                "code=%zz",
                "code=%",
                "code=caf\u00e9",
                "code=x&code=x",
                "password=a&password=b",
                "form_token=x"
            })
    void aFormThatIsNoneIsRefused(String fields) {
        String code = code();
        String before = stored();

        assertThat(send(formToken() + "&code=" + code + CHOSEN + "&" + fields).status())
                .isEqualTo(400);

        assertThat(stored()).isEqualTo(before);
        assertThat(resets.isGood(code)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "form_token=", "form_token=x", "form_token=1.x"})
    void aFormThatWasNotShownToThisBrowserIsRefused(String token) {
        String code = code();

        assertThat(send(token + "&code=" + code + CHOSEN).status()).isEqualTo(400);
        Exchange foreign = Exchange.post(formToken() + "&code=" + code + CHOSEN).through(endpoint);
        assertThat(foreign.status()).as("without its cookie").isEqualTo(400);

        assertThat(resets.isGood(code)).isTrue();
    }

    @Test
    void aCodeIsNotAskedForWhileItIsSlowedDownAndIsGoodAfterwards() {
        String code = code();
        for (int i = 0; i < 6; i++) {
            send(formToken() + "&code=wrong" + CHOSEN);
        }
        Exchange tooEarly = send(formToken() + "&code=" + code + CHOSEN);
        assertThat(tooEarly.status()).isEqualTo(429);
        assertThat(tooEarly.header("Retry-After")).isEqualTo("1");
        assertThat(tooEarly.body()).contains("aria-invalid=\"true\"");
        clock.advance(Duration.ofSeconds(1));
        assertThat(send(formToken() + "&code=" + code + CHOSEN).body()).contains("Your new password is set");
    }

    @Test
    void anotherTypeMethodOrHostIsRefused() {
        assertThat(Exchange.post("x=y")
                        .contentType("application/json")
                        .through(endpoint)
                        .status())
                .isEqualTo(400);
        assertThat(Exchange.method("PUT").through(endpoint).status()).isEqualTo(405);
        assertThat(Exchange.get("")
                        .header("Host", "evil.example.org")
                        .through(endpoint)
                        .status())
                .isEqualTo(421);
    }
}

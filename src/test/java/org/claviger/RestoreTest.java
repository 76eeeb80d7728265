package org.claviger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.SECRET;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.VERIFIER;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.claviger.database.WatchedClock;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.refresh.CodeBinding;
import org.claviger.revocation.RevocationKind;
import org.claviger.settings.RandomTokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docs/runbook.md} says of a database that was restored from a backup: what had ended is alive, until everything is revoked. */
class RestoreTest {
    private static final String REDIRECT = "https://web.example.org/callback";
    private static final TestClock CLOCK = new TestClock();

    private Claviger node;

    private static Claviger start(Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("import.json"),
                """
                {'clients': [{'client_id':'web','client_secret':'%2$s','redirect_uris':['%1$s'],'scope':'demo',
                   'grant_types':['authorization_code','refresh_token','client_credentials']}]}"""
                        .replace('\'', '"')
                        .formatted(REDIRECT, SECRET));
        return new Claviger(
                settings("claviger.import", file.toString()),
                TestDatabase.database(),
                new WatchedClock(CLOCK, TestDatabase.database()),
                RANDOM,
                entities -> CLOCK.instant(),
                Fixture.fresh());
    }

    private Exchange ask(String endpoint, String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(Parameters.pair(namesAndValues[i], namesAndValues[i + 1]))
                    .append('&');
        }
        return Exchange.post(form.toString())
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(("web:" + SECRET).getBytes(UTF_8)))
                .through(node.endpoints.get(endpoint));
    }

    private JsonObject tokens(String subject) {
        String code = TOKENS.secret();
        node.families.open(
                new Authorization(
                        new FamilyId(TOKENS.identifier()),
                        new ClientId("web"),
                        new Subject(subject),
                        Scope.parse("demo"),
                        CLOCK.instant()),
                new CodeBinding(RandomTokens.hash(code), REDIRECT, CHALLENGE));
        return ask(
                        "/token",
                        "grant_type",
                        "authorization_code",
                        "code",
                        code,
                        "redirect_uri",
                        REDIRECT,
                        "code_verifier",
                        VERIFIER)
                .json();
    }

    private Exchange refresh(String token) {
        return ask("/token", "grant_type", "refresh_token", "refresh_token", token);
    }

    private boolean isActive(String token) {
        return ask("/introspect", "token", token).json().getBoolean("active");
    }

    @Test
    void what_had_ended_is_alive_again_until_everything_is_revoked(@TempDir Path folder) throws IOException {
        CLOCK.set(TestClock.START);
        TestDatabase.empty();
        node = start(folder);
        String alice = Fixture.user("alice", true, "user");
        String token = ask("/token", "grant_type", "client_credentials").json().getString("access_token");
        String revoked = tokens(alice).getString("refresh_token");
        String used = tokens(alice).getString("refresh_token");
        Path backup = folder.resolve("backup.sql");
        TestDatabase.query("script drop to '" + backup + "'");

        assertThat(ask("/revoke", "token", token).status()).isEqualTo(200);
        assertThat(ask("/revoke", "token", revoked).status()).isEqualTo(200);
        String next = refresh(used).json().getString("refresh_token");
        String last = refresh(next).json().getString("refresh_token");
        assertThat(isActive(token)).isFalse();
        assertThat(refresh(revoked).status()).isEqualTo(400);

        TestDatabase.execute("drop all objects");
        TestDatabase.execute("runscript from '" + backup + "'");
        node = start(folder);
        assertThat(isActive(token)).as("an access token that was revoked").isTrue();
        assertThat(isActive(revoked)).as("a refresh token that was revoked").isTrue();
        assertThat(isActive(used)).as("a refresh token that was used").isTrue();
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(refresh(last).status())
                    .as("the one that its client has now")
                    .isEqualTo(400);
            assertThat(log.lines()).anyMatch(line -> line.startsWith("CLAVIGER-0601 "));
        }
        assertThat(isActive(used)).as("which ends the family").isFalse();

        CLOCK.advance(Duration.ofMinutes(1));
        node.revocations.revoke(RevocationKind.EVERYTHING, "", Map.of("by", "an administrator"));
        CLOCK.advance(Duration.ofSeconds(2));
        assertThat(isActive(token)).isFalse();
        assertThat(refresh(revoked).status()).isEqualTo(400);
        assertThat(isActive(
                        ask("/token", "grant_type", "client_credentials").json().getString("access_token")))
                .as("what is issued from now on")
                .isTrue();
    }
}

package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.json;

import java.util.List;
import java.util.Map;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** REQUIREMENTS T12: what a password opened ends when it changes, and only then. */
class PasswordChangeTest {
    private static final String FIRST = "'password':'the first password'";

    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();
    private final RevocationRepository revocations = Fixture.revocations(database, clock);
    private final ResourceOwners owners = new ResourceOwners(database, revocations, RANDOM);
    private final SignInSessions sessions =
            new SignInSessions(database, owners, revocations, TOKENS, Fixture::settings, clock);
    private ResourceOwner alice;
    private String session;

    @BeforeEach
    void signIn() throws OAuthException {
        register(FIRST);
        alice = owners.authenticate("alice", "the first password");
        session = sessions.open(alice, clock.instant(), Map.entry("client", new ClientId("web")));
    }

    private static List<String> ended() {
        return TestDatabase.query("select name from revocation where kind = 'SUBJECT'");
    }

    private void register(String members) {
        Fixture.register(owners, json("{'username':'alice'," + members + "}"), "");
    }

    @Test
    void t12AnotherPasswordEndsEverything() {
        register("'password':'another password'");

        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).containsExactly(alice.subject().value());
    }

    @Test
    void t12AnotherHashEndsEverything() {
        register("'password_hash':'" + PasswordHash.of("another password", RANDOM) + "'");

        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).containsExactly(alice.subject().value());
    }

    @Test
    void whoOnlyGetsAnotherNameAndGroupsStaysSignedIn() {
        register(FIRST + ",'name':'Alice','groups':['orders']");

        assertThat(sessions.find(session).orElseThrow().resourceOwner().groups())
                .containsExactly("orders");
        assertThat(ended()).isEmpty();
    }

    @Test
    void theSameHashIsNoChange() {
        String hash =
                TestDatabase.query("select password_hash from resource_owner").get(0);
        register("'password_hash':'" + hash + "','name':'Alice'");

        assertThat(sessions.find(session)).isPresent();
        assertThat(ended()).isEmpty();
    }

    @Test
    void othersStaySignedIn() {
        Fixture.register(owners, json("{'username':'bob'," + FIRST + "}"), "");

        assertThat(sessions.find(session)).isPresent();
        assertThat(ended()).isEmpty();
    }
}

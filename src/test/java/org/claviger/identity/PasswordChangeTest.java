package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.json;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** Otherwise each waits for a session that the other has ended already, and the database makes one of them a fault. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoEndsSessionsWhileThePasswordIsChangedWaitsForThat(boolean all) throws Exception {
        sessions.open(alice, clock.instant(), Map.entry("client", new ClientId("web")));
        sessions.open(alice, clock.instant(), Map.entry("client", new ClientId("web")));
        AtomicReference<CompletableFuture<Void>> ending = new AtomicReference<>();

        owners.changePassword(alice.subject(), new NewResourceOwner.Password("another password"), entities -> {
            // Neither the first nor the last, in whatever order a database takes them.
            List<String> names = TestDatabase.query(
                    "select id_hash from sign_in_session where subject = ?",
                    alice.subject().value());
            entities.createQuery("delete from SignInSessionRow where idHash = :name")
                    .setParameter("name", names.get(1))
                    .executeUpdate();
            ending.set(CompletableFuture.runAsync(() -> {
                if (all) {
                    sessions.endAll(alice.subject(), "test");
                } else {
                    sessions.endOthers(alice.subject(), "none");
                }
            }));
            TestDatabase.awaitBlocked(ending.get());
            return true;
        });
        ending.get().get(30, TimeUnit.SECONDS);

        assertThat(TestDatabase.query("select subject from sign_in_session")).isEmpty();
    }

    @Test
    void othersStaySignedIn() {
        Fixture.register(owners, json("{'username':'bob'," + FIRST + "}"), "");

        assertThat(sessions.find(session)).isPresent();
        assertThat(ended()).isEmpty();
    }
}

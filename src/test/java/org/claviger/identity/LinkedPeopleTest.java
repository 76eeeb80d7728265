package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.refusal;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkedPeopleTest {
    private static final String RIGHT = "the right password";

    /** People by their name, who all have the same password. */
    private static final class Store implements IdentityStore {
        private final Map<String, Person> people = new HashMap<>();
        private boolean away;
        private int asked;
        private int searchedInVain;

        private void has(String id, String username, String... groups) {
            people.values().removeIf(person -> person.id().equals(id));
            people.put(username, new Person(id, username, Optional.of("Somebody"), Optional.empty(), Set.of(groups)));
        }

        @Override
        public String name() {
            return "ldap";
        }

        @Override
        public Optional<Person> authenticate(String username, String password, ServerLogin server)
                throws OAuthException {
            // As a directory does that knows no better: with nothing it takes us for nobody, and says yes.
            return ask().filter(any -> password.equals(RIGHT) || password.isEmpty())
                    .flatMap(any -> Optional.ofNullable(people.get(username)));
        }

        private Optional<Boolean> ask() throws OAuthException {
            asked++;
            if (away) {
                throw IdentityStore.away("test");
            }
            return Optional.of(true);
        }

        @Override
        public void searchInVain(String username) throws OAuthException {
            searchedInVain++;
            if (away) {
                throw IdentityStore.away("test");
            }
        }

        @Override
        public Optional<Person> find(String id) throws OAuthException {
            ask();
            return people.values().stream()
                    .filter(person -> person.id().equals(id))
                    .findFirst();
        }

        @Override
        public Optional<Duration> recheck() {
            return Optional.of(Duration.ofMinutes(5));
        }
    }

    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();
    private final RevocationRepository revocations = Fixture.revocations(database, clock);
    private final ResourceOwners owners = new ResourceOwners(database, revocations, RANDOM, "ldap");
    private final Store store = new Store();
    private final LinkedPeople people =
            new LinkedPeople(database, revocations, owners, Optional.of(store), "billing"::equals, clock);
    private final SignInSessions sessions =
            new SignInSessions(database, owners, revocations, TOKENS, Fixture::settings, clock);

    private ResourceOwner signIn(String username) throws OAuthException {
        return people.authenticate(username, RIGHT, ServerLogin.NONE);
    }

    private String refused(String username, String password) {
        OAuthException refusal = refusal(() -> people.authenticate(username, password, ServerLogin.NONE));
        assertThat(refusal.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        return refusal.description();
    }

    private static List<String> ended() {
        return TestDatabase.query("select name from revocation where kind = 'SUBJECT'");
    }

    private String session(ResourceOwner owner) throws OAuthException {
        return sessions.open(owner, clock.instant(), Map.entry("client", new ClientId("web")));
    }

    @Test
    void whoComesForTheFirstTimeIsAUserWithoutAPasswordAndStaysTheSame() throws OAuthException {
        store.has("1", "dora", "user");

        ResourceOwner dora = signIn("dora");

        assertThat(dora.store()).contains("ldap");
        assertThat(dora.groups()).containsExactly("user");
        assertThat(signIn("dora")).isEqualTo(dora);
        assertThat(owners.find(dora.subject())).contains(dora);
        store.has("1", "dorothea", "user", "choir");
        ResourceOwner renamed = signIn("dorothea");
        assertThat(renamed.subject()).isEqualTo(dora.subject());
        assertThat(renamed.username()).isEqualTo("dorothea");
        assertThat(renamed.groups()).containsExactlyInAnyOrder("user", "choir");
        assertThat(refusal(() -> owners.authenticate("dorothea", RIGHT)).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(ended()).isEmpty();
    }

    @Test
    void whoHasTheNameOfSomebodyBeforeIsSomebodyElse() throws OAuthException {
        store.has("1", "dora", "claviger-admin");
        ResourceOwner first = signIn("dora");
        String session = session(first);
        store.people.clear();
        store.has("2", "dora");

        ResourceOwner second = signIn("dora");

        assertThat(second.subject()).isNotEqualTo(first.subject());
        assertThat(second.groups()).isEmpty();
        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).containsExactly(first.subject().value());
        assertThat(owners.find(first.subject()).map(ResourceOwner::username))
                .contains(first.subject().value());
        assertThat(people.find(second.subject())).contains(second);
    }

    @Test
    void twoWhoExchangeTheirNamesStayWhoTheyAre() throws OAuthException {
        store.has("1", "dora");
        store.has("2", "emil");
        ResourceOwner dora = signIn("dora");
        ResourceOwner emil = signIn("emil");
        store.people.clear();
        store.has("1", "emil");
        store.has("2", "dora");

        assertThat(signIn("emil").subject()).isEqualTo(dora.subject());
        assertThat(signIn("dora").subject()).isEqualTo(emil.subject());
    }

    /** The database is asked first, and its users are nobody else, disabled or not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aUserOfTheDatabaseIsNobodyOfTheStore(boolean enabled) throws OAuthException {
        String alice = Fixture.user("alice", enabled, "user");
        store.has("1", "alice", "claviger-admin");

        refused("alice", RIGHT);
        assertThat(store.asked).isZero();
        if (enabled) {
            assertThat(people.authenticate("alice", "passwd", ServerLogin.NONE).subject())
                    .isEqualTo(new Subject(alice));
        }
        // A directory that takes ALICE for alice
        store.people.put("ALICE", store.people.get("alice"));
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            refused("ALICE", RIGHT);
            assertThat(log.text()).contains("CLAVIGER-1504").doesNotContain("alice");
        }
        assertThat(TestDatabase.query("select subject from linked_person")).isEmpty();
    }

    @Test
    void nobodyIsTakenForAClient() {
        store.has("1", "billing");

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            refused("billing", RIGHT);
            assertThat(log.text()).contains("CLAVIGER-1504", "client_id");
        }
    }

    @Test
    void unknownPeopleWrongPasswordsAndNoPasswordAreToldTheSame() {
        store.has("1", "dora");

        assertThat(List.of(refused("dora", "wrong"), refused("dora", ""), refused("nobody", RIGHT), refused("", RIGHT)))
                .containsOnly("user name or password is wrong");
        assertThat(TestDatabase.query("select username from resource_owner")).isEmpty();
    }

    @Test
    void whoIsDisabledHereCannotComeBackByTheStore() throws OAuthException {
        store.has("1", "dora");
        ResourceOwner dora = signIn("dora");
        TestDatabase.execute("update resource_owner set enabled = false");

        refused("dora", RIGHT);
        assertThat(people.find(dora.subject())).isEmpty();
    }

    @Test
    void whoWasDeletedHereIsSomebodyNew() throws OAuthException {
        store.has("1", "dora");
        ResourceOwner first = signIn("dora");
        TestDatabase.execute("delete from resource_owner");

        ResourceOwner second = signIn("dora");

        assertThat(second.subject()).isNotEqualTo(first.subject());
        assertThat(signIn("dora").subject()).isEqualTo(second.subject());
    }

    @Test
    void forNewTokensTheStoreIsAskedAnewEveryFiveMinutes() throws OAuthException {
        store.has("1", "dora", "user");
        ResourceOwner dora = signIn("dora");
        String session = session(dora);
        store.has("1", "dora", "user", "choir");
        clock.advance(Duration.ofMinutes(5).minusMillis(1));
        assertThat(people.find(dora.subject())).contains(dora);
        assertThat(store.asked).isEqualTo(1);

        clock.advance(Duration.ofMillis(1));
        assertThat(people.find(dora.subject()).orElseThrow().groups()).containsExactlyInAnyOrder("user", "choir");
        assertThat(people.find(dora.subject())).isPresent();
        assertThat(store.asked).isEqualTo(2);

        clock.advance(Duration.ofMinutes(5));
        store.away = true;
        assertThat(refusal(() -> people.find(dora.subject())).code()).isEqualTo(ErrorCode.STORE_AWAY);
        assertThat(sessions.find(session)).isPresent();
        assertThat(ended()).isEmpty();

        store.away = false;
        store.people.clear();
        assertThat(people.find(dora.subject())).isEmpty();
        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).containsExactly(dora.subject().value());
    }

    @Test
    void whoAdministersNoMoreOverThereLosesEverything() throws OAuthException {
        store.has("1", "dora", "claviger-admin");
        ResourceOwner dora = signIn("dora");
        String session = session(dora);
        assertThat(database.transact(owners::hasAdministrator)).isFalse(); // who may be gone any time
        store.has("1", "dora", "user");
        clock.advance(Duration.ofMinutes(5));

        assertThat(people.find(dora.subject()).orElseThrow().isAdministrator()).isFalse();
        assertThat(sessions.find(session)).isEmpty();
    }

    @Test
    void whoIsOfAStoreThatIsNotConfiguredAnyMoreIsNobody() throws OAuthException {
        store.has("1", "dora");
        ResourceOwner dora = signIn("dora");
        ResourceOwners alone = new ResourceOwners(database, revocations, RANDOM);
        LinkedPeople without = new LinkedPeople(database, revocations, alone, Optional.empty(), name -> false, clock);

        assertThat(without.find(dora.subject())).isEmpty();
        assertThat(alone.find(dora.subject())).isEmpty();
        assertThat(refusal(() -> without.authenticate("dora", RIGHT, ServerLogin.NONE))
                        .code())
                .isEqualTo(ErrorCode.ACCESS_DENIED);
    }

    /** An administrator disables somebody at the moment of their sign-in: whichever is first, they stay disabled. */
    @Test
    void aSignInThatWaitsForAChangeOfItsUserSeesIt() throws Exception {
        store.has("1", "dora", "user");
        signIn("dora");
        store.has("1", "dora", "user", "choir");
        AtomicReference<ErrorCode> answer = new AtomicReference<>();
        Thread signingIn =
                new Thread(() -> answer.set(refusal(() -> signIn("dora")).code()));

        database.<InterruptedException>change(entities -> {
            entities.createNativeQuery("update resource_owner set enabled = false")
                    .executeUpdate();
            signingIn.start();
            Parallel.await(() -> !TestDatabase.query(
                            "select session_id from information_schema.sessions where blocker_id is not null")
                    .isEmpty());
        });
        signingIn.join();

        assertThat(answer.get()).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(TestDatabase.query("select enabled from resource_owner")).containsExactly("FALSE");
        assertThat(TestDatabase.query("select group_name from resource_owner_group"))
                .containsExactly("user");
    }

    @Test
    void twoNodesThatSeeSomebodyForTheFirstTimeMakeOneUser() {
        store.has("1", "dora");

        List<ResourceOwner> seen = Parallel.run(3, () -> signIn("dora"));

        assertThat(seen.stream().map(ResourceOwner::subject).distinct()).hasSize(1);
        assertThat(TestDatabase.query("select username from resource_owner")).containsExactly("dora");
    }

    @Test
    void theServersUsersHaveTheGroupsThatItsOwnStandFor() throws OAuthException {
        ServerRealm realm = new ServerRealm(Map.of("wheel", Set.of("claviger-admin", "user"), "staff", Set.of("user")));
        ServerLogin server = (username, password, groups) -> password.equals(RIGHT)
                ? Optional.of(new ServerLogin.Proven(username, groups.contains("wheel") ? Set.of("wheel") : Set.of()))
                : Optional.empty();

        assertThat(realm.authenticate("sam", RIGHT, server))
                .contains(new IdentityStore.Person(
                        "sam", "sam", Optional.empty(), Optional.empty(), Set.of("claviger-admin", "user")));
        assertThat(realm.authenticate("sam", "wrong", server)).isEmpty();
        assertThat(realm.authenticate(" sam", RIGHT, server)).isEmpty();
    }

    private LinkedPeople ofServer() {
        ResourceOwners known = new ResourceOwners(database, revocations, RANDOM, "server");
        return new LinkedPeople(
                database, revocations, known, Optional.of(new ServerRealm(Map.of())), "billing"::equals, clock);
    }

    /** Realms in directories and in many databases take all of these for one. */
    @Test
    void aUserOfTheServerIsTheSameInAnySpelling() throws OAuthException {
        LinkedPeople server = ofServer();
        ServerLogin loose = (username, password, groups) -> Optional.of(new ServerLogin.Proven(username, Set.of()));
        ResourceOwner sam = server.authenticate("Sam Weiss", RIGHT, loose);
        List<String> spellings = List.of(
                "Sam Weiss", "sam weiss", "SAM WEISS", "\uff33am  Weiss", "sam\u00a0weiss", "s\u00adam wei\u00df");

        for (String spelling : spellings) {
            assertThat(server.authenticate(spelling, RIGHT, loose)).as(spelling).isEqualTo(sam);
        }
        TestDatabase.execute("update resource_owner set enabled = false");
        for (String spelling : spellings) {
            assertThat(refusal(() -> server.authenticate(spelling, RIGHT, loose))
                            .code())
                    .as(spelling)
                    .isEqualTo(ErrorCode.ACCESS_DENIED);
        }
        assertThat(TestDatabase.query("select username from resource_owner")).containsExactly("Sam Weiss");
    }

    /** Nobody can ask a server about somebody without the password: what ends them stands here. */
    @Test
    void aUserOfTheServerGoesOnUntilTheyAreEndedHere() throws Exception {
        ServerLogin login = (username, password, groups) -> Optional.of(new ServerLogin.Proven(username, Set.of()));
        ResourceOwner walter = ofServer().authenticate("walter", RIGHT, login);
        ResourceOwners known = new ResourceOwners(database, revocations, RANDOM, "server");
        clock.advance(Duration.ofDays(29));
        assertThat(ofServer().find(walter.subject())).contains(walter);

        Accounts accounts = new Accounts(database, revocations, known);
        accounts.enable(accounts.find(walter.subject()).orElseThrow(), false, "root");

        assertThat(ofServer().find(walter.subject())).isEmpty();
        assertThat(ended()).containsExactly(walter.subject().value());
        assertThat(TestDatabase.query("select event || ' ' || acted_by from audit_event order by id"))
                .containsExactly("USER_CREATED server", "USER_DISABLED root");
        assertThat(refusal(() -> ofServer().authenticate("walter", RIGHT, login))
                        .code())
                .isEqualTo(ErrorCode.ACCESS_DENIED);
    }

    @Test
    void aUserOfTheServerIsCalledAsTheServerSays() throws OAuthException {
        ServerLogin canonical = (username, password, groups) -> Optional.of(new ServerLogin.Proven("sam", Set.of()));

        ResourceOwner sam = ofServer().authenticate("sam@example.org", RIGHT, canonical);

        assertThat(sam.username()).isEqualTo("sam");
        assertThat(ofServer().authenticate("EXAMPLE\\sam", RIGHT, canonical)).isEqualTo(sam);
    }

    @Test
    void nobodyHasANameThatLooksLikeThatOfAUserOfTheDatabaseOrIsASubject() throws OAuthException {
        String subject = Fixture.user("alice", true);
        ServerLogin loose = (username, password, groups) -> Optional.of(new ServerLogin.Proven(username, Set.of()));
        store.has("1", "ALICE");
        store.has("2", subject);
        store.has("3", "\uff41lice");

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            for (String name : List.of("ALICE", subject, "\uff41lice")) {
                refused(name, RIGHT);
                assertThat(refusal(() -> ofServer().authenticate(name, RIGHT, loose))
                                .code())
                        .as(name)
                        .isEqualTo(ErrorCode.ACCESS_DENIED);
            }
            assertThat(log.text()).contains("the subject of a user", "that of a user of the database");
        }
        assertThat(TestDatabase.query("select username from resource_owner")).containsExactly("alice");
    }

    @Test
    void whileTheStoreIsAwayWrongPasswordsDoNotTellWhoIsInTheDatabase() throws OAuthException {
        String alice = Fixture.user("alice", true);
        store.away = true;
        for (String name : List.of("alice", "nobody")) {
            for (String password : List.of("wrong", "")) {
                assertThat(refusal(() -> people.authenticate(name, password, ServerLogin.NONE))
                                .code())
                        .as("%s with '%s'", name, password)
                        .isEqualTo(ErrorCode.STORE_AWAY);
            }
        }
        assertThat(people.authenticate("alice", "passwd", ServerLogin.NONE).subject())
                .isEqualTo(new Subject(alice));
        assertThat(store.asked).isEqualTo(1); // no password of alice
        store.away = false;
        int before = store.searchedInVain;
        refused("alice", "wrong");
        assertThat(store.searchedInVain).isEqualTo(before + 1);
    }

    @Test
    void peopleOfAStoreThatIsNotConfiguredAnyMoreHoldNoNames() throws OAuthException {
        store.has("1", "dora");
        ResourceOwner before = signIn("dora");
        ServerLogin any = (username, password, groups) -> Optional.of(new ServerLogin.Proven(username, Set.of()));

        ResourceOwner dora = ofServer().authenticate("dora", RIGHT, any);

        assertThat(dora.username()).isEqualTo("dora");
        assertThat(dora.subject()).isNotEqualTo(before.subject());
        assertThat(ended()).containsExactly(before.subject().value());
        assertThat(signIn("dora").subject()).isEqualTo(before.subject());
    }

    @Test
    void whoIsElsewhereIsNeverTheLastAdministrator() throws Exception {
        store.has("1", "dora", "claviger-admin");
        Accounts accounts = new Accounts(database, revocations, owners);
        Accounts.Account dora = accounts.find(signIn("dora").subject()).orElseThrow();

        Accounts.Account disabled = accounts.enable(dora, false, "test").orElseThrow();
        Accounts.Account enabled = accounts.enable(disabled, true, "test").orElseThrow();

        assertThat(accounts.delete(enabled, entities -> {}, "test")).isTrue();
    }

    @Test
    void noCodeGivesSomebodyElsewhereAPassword() throws OAuthException {
        store.has("1", "dora");
        PasswordResets resets = new PasswordResets(database, owners, TOKENS, clock);
        Accounts accounts = new Accounts(database, revocations, owners);
        String code = resets.issue(accounts.find(signIn("dora").subject()).orElseThrow(), "test")
                .orElseThrow()
                .value();

        assertThat(resets.isGood(code)).isFalse();
        assertThat(resets.redeem(code, new NewResourceOwner.Password("a password of her own")))
                .isEmpty();
    }
}

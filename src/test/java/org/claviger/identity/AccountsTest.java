package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.refusal;

import jakarta.persistence.Query;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.identity.Accounts.Account;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsTest {
    private static final ClientId WEB = new ClientId("web");

    private static final Database.Change<RuntimeException> NOTHING = entities -> {};
    private static final NewResourceOwner.Password PASSWORD = new NewResourceOwner.Password("correct horse battery");

    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();
    private final RevocationRepository revocations = Fixture.revocations(database, clock);
    private final ResourceOwners owners = new ResourceOwners(database, revocations, RANDOM);
    private final SignInSessions sessions =
            new SignInSessions(database, owners, revocations, TOKENS, Fixture::settings, clock);
    private final Accounts accounts = new Accounts(database, revocations, owners);
    private final PasswordResets resets = new PasswordResets(database, owners, TOKENS, clock);

    private static NewResourceOwner user(String entry) {
        return NewResourceOwner.withoutPassword(json(entry));
    }

    private Account stored(String username, String... groups) {
        return accounts.find(new Subject(Fixture.user(username, true, groups))).orElseThrow();
    }

    private String signIn(Account account) throws OAuthException {
        return sessions.open(account.owner(), clock.instant(), Map.entry("client", WEB));
    }

    private String code(Account account) {
        return resets.issue(account, "test").orElseThrow().value();
    }

    private static List<String> ended() {
        return TestDatabase.query("select name from revocation where kind = 'SUBJECT'");
    }

    @Test
    void aUserIsCreatedWithoutAPasswordAndChoosesOneByTheCode() throws OAuthException {
        Account alice = accounts.create(user("{'username':'alice','name':'Alice','groups':['user']}"), "test")
                .orElseThrow();
        assertThat(alice.enabled()).isTrue();
        assertThat(alice.profile()).isEqualTo(json("{'username':'alice','name':'Alice','groups':['user']}"));
        assertThat(accounts.find(alice.owner().subject())).contains(alice);
        assertThat(refusal(() -> owners.authenticate("alice", "")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);

        PasswordResets.Code code = resets.issue(alice, "test").orElseThrow();
        assertThat(code.value()).hasSize(43);
        assertThat(code.toString()).doesNotContain(code.value());
        assertThat(TestDatabase.dump()).doesNotContain(code.value());
        assertThat(resets.isGood(code.value())).isTrue();
        assertThat(resets.redeem(code.value(), PASSWORD)).contains(alice.owner().subject());

        assertThat(owners.authenticate("alice", PASSWORD.value())).isEqualTo(alice.owner());
    }

    @Test
    void aCodeIsGoodOnceAndEndsWhatTheOldPasswordOpened() throws OAuthException {
        Account alice = stored("alice");
        String session = signIn(alice);
        String code = code(alice);
        assertThat(sessions.find(session)).as("to ask for a code ends nothing").isPresent();

        List<Boolean> won = Parallel.run(2, () -> resets.redeem(code, PASSWORD).isPresent());

        assertThat(won).containsOnlyOnce(true);
        assertThat(resets.isGood(code)).isFalse();
        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).containsExactly(alice.owner().subject().value());
    }

    @Test
    void aCodeIsGoodForAnHourAndUntilThereIsAnother() throws OAuthException {
        Account alice = stored("alice");
        String first = code(alice);
        String second = code(alice);
        assertThat(resets.isGood(first)).isFalse();

        clock.advance(PasswordResets.LIFETIME.minus(Duration.ofNanos(1000)));
        assertThat(resets.isGood(second)).isTrue();
        clock.advance(Duration.ofNanos(1000));

        assertThat(resets.isGood(second)).isFalse();
        assertThat(resets.redeem(second, PASSWORD)).isEmpty();
        assertThat(resets.isGood("")).isFalse();
    }

    @Test
    void aNameThatIsTakenStaysWithWhoHasIt() {
        Account alice = stored("alice");

        assertThat(accounts.create(user("{'username':'alice'}"), "test")).isEmpty();
        assertThat(accounts.create(user("{'username':'" + alice.owner().subject() + "'}"), "test"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'name':'x'}                                         | /username: is missing",
                "{'username':' x'}                                    | /username: must be 1 to 255",
                "{'username':'x','password':'correct horse battery'}  | /password: is not a member known here",
                "{'username':'x','groups':['claviger-x']}             | /groups/0: must be a group",
                "{'username':'x','enabled':true}                      | /enabled: is not a member known here"
            })
    void whatDoesNotFitIsRefused(String entry, String refusal) {
        assertThatIllegalArgumentException().isThrownBy(() -> user(entry)).withMessageStartingWith(refusal);
    }

    @Test
    void otherGroupsEndNothing() throws Exception {
        Account alice = stored("alice", "user", "orders");
        String session = signIn(alice);

        Account changed = accounts.change(
                        alice, user("{'username':'alice','email':'a@example.org','groups':['orders','stock']}"), "test")
                .orElseThrow();

        assertThat(changed.owner().groups()).isEqualTo(Set.of("orders", "stock"));
        assertThat(changed.edition()).isNotEqualTo(alice.edition());
        assertThat(accounts.find(alice.owner().subject())).contains(changed);
        assertThat(sessions.find(session).orElseThrow().resourceOwner()).isEqualTo(changed.owner());
        assertThat(ended()).isEmpty();
    }

    @Test
    void whoIsAnAdministratorNoMoreLosesEverything() throws Exception {
        stored("other", "claviger-admin");
        Account root = stored("root", "claviger-admin", "user");
        String session = signIn(root);

        accounts.change(root, user("{'username':'root','groups':['user']}"), "test");

        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).hasSize(1);
    }

    private List<ThrowingCallable> losses(Account administrator) {
        return List.of(
                () -> accounts.change(administrator, user("{'username':'root'}"), "test"),
                () -> accounts.enable(administrator, false, "test"),
                () -> accounts.delete(administrator, NOTHING, "test"));
    }

    @Test
    void theLastAdministratorStays() throws Exception {
        Account root = stored("root", "claviger-admin", "user");
        stored("alice", "user");
        accounts.enable(stored("disabled", "user"), false, "test");
        TestDatabase.execute("insert into resource_owner_group select subject, 'claviger-admin' from resource_owner"
                + " where username = 'disabled'");
        String session = signIn(root);

        for (ThrowingCallable loss : losses(root)) {
            assertThatThrownBy(loss).isInstanceOf(LastAdministratorException.class);
        }

        assertThat(accounts.find(root.owner().subject())).contains(root);
        assertThat(sessions.find(session)).isPresent();
        assertThat(ended()).doesNotContain(root.owner().subject().value());
    }

    @Test
    void theLastAdministratorCanBeChangedOtherwiseAndWhoIsDisabledCanBeTakenAway() throws Exception {
        Account root = stored("root", "claviger-admin");
        Account other = stored("other", "claviger-admin");

        assertThat(accounts.change(root, user("{'username':'root','name':'Root','groups':['claviger-admin']}"), "test"))
                .isPresent();
        Account disabled = accounts.enable(other, false, "test").orElseThrow();
        assertThat(accounts.change(disabled, user("{'username':'other'}"), "test"))
                .isPresent();
        Account plain = accounts.find(other.owner().subject()).orElseThrow();
        assertThat(accounts.delete(plain, NOTHING, "test")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void ofTwoAdministratorsWhoGoAtTheSameMomentOneStays(int way) {
        for (int round = 0; round < 20; round++) {
            TestDatabase.execute("delete from resource_owner");
            List<Account> both = List.of(stored("root", "claviger-admin"), stored("other", "claviger-admin"));
            AtomicInteger next = new AtomicInteger();

            List<Boolean> gone = Parallel.run(2, () -> {
                Account one = both.get(next.getAndIncrement());
                try {
                    return way == 0
                            ? accounts.change(
                                            one,
                                            new NewResourceOwner(
                                                    one.owner().username(),
                                                    PASSWORD,
                                                    Optional.empty(),
                                                    Optional.empty(),
                                                    Set.of()),
                                            "test")
                                    .isPresent()
                            : way == 1
                                    ? accounts.enable(one, false, "test").isPresent()
                                    : accounts.delete(one, NOTHING, "test");
                } catch (LastAdministratorException refused) {
                    return false;
                }
            });

            assertThat(gone).containsExactlyInAnyOrder(true, false);
            assertThat(database.<Boolean, RuntimeException>transact(owners::hasAdministrator))
                    .isTrue();
        }
    }

    /** REQUIREMENTS T12. */
    @Test
    void t12WhoIsDisabledEndsAndComesBackWithNothing() throws Exception {
        Account alice = stored("alice");
        String session = signIn(alice);
        String code = code(alice);

        Account disabled = accounts.enable(alice, false, "test").orElseThrow();

        assertThat(disabled.enabled()).isFalse();
        assertThat(refusal(() -> owners.authenticate("alice", "passwd")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(owners.find(alice.owner().subject())).isEmpty();
        assertThat(resets.isGood(code)).isFalse();

        accounts.enable(disabled, true, "test");
        assertThat(owners.authenticate("alice", "passwd")).isEqualTo(alice.owner());
        assertThat(sessions.find(session)).isEmpty();
    }

    /** REQUIREMENTS T12. */
    @Test
    void t12WhoIsDeletedEnds() throws Exception {
        Account alice = stored("alice", "user");
        String session = signIn(alice);
        String code = code(alice);

        assertThat(accounts.delete(alice, NOTHING, "test")).isTrue();

        assertThat(accounts.find(alice.owner().subject())).isEmpty();
        assertThat(sessions.find(session)).isEmpty();
        assertThat(resets.isGood(code)).isFalse();
        assertThat(ended()).containsExactly(alice.owner().subject().value());
        assertThat(TestDatabase.query("select count(*) from resource_owner_group"))
                .containsExactly("0");
    }

    @Test
    void whatRestsOnAnOlderStateChangesNothing() throws Exception {
        Account seen = stored("alice");
        accounts.change(seen, user("{'username':'alice','name':'First'}"), "test");

        assertThat(accounts.change(seen, user("{'username':'alice','name':'Second'}"), "test"))
                .isEmpty();
        assertThat(accounts.enable(seen, false, "test")).isEmpty();
        assertThat(accounts.delete(seen, NOTHING, "test")).isFalse();
        assertThat(accounts.find(seen.owner().subject()).orElseThrow().owner().name())
                .contains("First");
        assertThat(ended()).isEmpty();
    }

    @Test
    void anImportIsAChangeThatOthersNotice() throws Exception {
        Account seen = stored("alice");
        Fixture.register(owners, json("{'username':'alice','password':'correct horse battery'}"), "");

        assertThat(accounts.enable(seen, false, "test")).isEmpty();
    }

    /** The import waits for whoever has changed the user and not committed yet. */
    private void importDuring(String change, String entry, Object... parameters) throws Exception {
        AtomicReference<CompletableFuture<Void>> importing = new AtomicReference<>();
        database.change(entities -> {
            Query update = entities.createQuery(change);
            for (int i = 0; i < parameters.length; i++) {
                update.setParameter(i + 1, parameters[i]);
            }
            assertThat(update.executeUpdate()).isEqualTo(1);
            importing.set(CompletableFuture.runAsync(() -> Fixture.register(owners, json(entry), "")));
            TestDatabase.awaitBlocked(importing.get());
        });
        importing.get().get(30, TimeUnit.SECONDS);
    }

    @Test
    void whoIsDisabledDuringAnImportStaysDisabled() throws Exception {
        Account alice = stored("alice");

        importDuring(
                "update ResourceOwnerRow set enabled = false",
                "{'username':'alice','password':'correct horse battery','name':'Alice'}");

        Account now = accounts.find(alice.owner().subject()).orElseThrow();
        assertThat(now.enabled()).isFalse();
        assertThat(now.owner().name()).contains("Alice");
    }

    @Test
    void aPasswordThatIsChangedDuringAnImportEndsWithWhatItOpened() throws Exception {
        String entry = "{'username':'alice','password':'correct horse battery'}";
        Fixture.register(owners, json(entry), "");
        Account alice = accounts.findNamed("alice").orElseThrow();

        importDuring(
                "update ResourceOwnerRow set passwordHash = ?1",
                entry,
                PasswordHash.of("another password", RANDOM).toString());

        assertThat(owners.authenticate("alice", "correct horse battery")).isEqualTo(alice.owner());
        assertThat(ended()).containsExactly(alice.owner().subject().value());
    }

    @Test
    void whoIsAnAdministratorNoMoreByAnImportEnds() throws Exception {
        String entry = "{'username':'alice','password':'correct horse battery','groups':['user','claviger-admin']}";
        Fixture.register(owners, json(entry), "");
        Account alice = accounts.findNamed("alice").orElseThrow();
        String session = signIn(alice);
        String code = code(alice);

        Fixture.register(owners, json(entry.replace("'user',", "")), "");
        assertThat(sessions.find(session)).as("another group").isPresent();
        assertThat(resets.isGood(code)).isTrue();
        Fixture.register(owners, json(entry.replace(",'claviger-admin'", "")), "");

        assertThat(sessions.find(session)).isEmpty();
        assertThat(resets.isGood(code)).isFalse();
        assertThat(ended()).containsExactly(alice.owner().subject().value());
    }

    @Test
    void aNewPasswordByAnImportEndsACodeForAnother() {
        Account alice = stored("alice");
        String code = code(alice);

        Fixture.register(owners, json("{'username':'alice','password':'correct horse battery'}"), "");

        assertThat(resets.isGood(code)).isFalse();
    }

    @Test
    void aCodeRestsOnWhatWasSeen() throws Exception {
        Account alice = stored("alice");
        Account bob = stored("bob");
        accounts.enable(alice, false, "test");
        accounts.delete(bob, NOTHING, "test");

        assertThat(resets.issue(alice, "test")).isEmpty();
        assertThat(resets.issue(bob, "test")).isEmpty();

        assertThat(TestDatabase.query("select subject from password_reset")).isEmpty();
    }

    @Test
    void usersAreListedPageByPage() throws OAuthException {
        for (String name : List.of("carol", "alice", "bob", "dave")) {
            stored(name, "user", "orders");
        }
        TestDatabase.execute(
                "update resource_owner set full_name = 'Öz Bär', email = 'x@Y.org' where username = 'bob'");

        assertThat(accounts.list("", 3, ""))
                .extracting(each -> each.owner().username())
                .containsExactly("alice", "bob", "carol");
        assertThat(accounts.list("carol", 3, ""))
                .extracting(each -> each.owner().groups())
                .containsExactly(Set.of("user", "orders"));
        for (String part : List.of("ÖZ b", "@y.ORG", "BO")) {
            assertThat(accounts.list("", 3, part))
                    .extracting(each -> each.owner().username())
                    .containsExactly("bob");
        }
        assertThat(accounts.list("", 3, "%")).isEmpty();
        assertThat(accounts.list("bob", 3, "bob")).isEmpty();
    }
}

package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.refusal;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.identity.Accounts.Account;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountsTest {
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
        return sessions.open(account.owner(), clock.instant());
    }

    private static List<String> ended() {
        return TestDatabase.query("select name from revocation where kind = 'SUBJECT'");
    }

    @Test
    void aUserIsCreatedWithoutAPasswordAndChoosesOneByTheCode() throws OAuthException {
        Account alice = accounts.create(user("{'username':'alice','name':'Alice','groups':['user']}"))
                .orElseThrow();
        assertThat(alice.enabled()).isTrue();
        assertThat(alice.profile()).isEqualTo(json("{'username':'alice','name':'Alice','groups':['user']}"));
        assertThat(accounts.find(alice.owner().subject())).contains(alice);
        assertThat(refusal(() -> owners.authenticate("alice", "")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);

        PasswordResets.Code code = resets.issue(alice.owner().subject());
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
        String code = resets.issue(alice.owner().subject()).value();
        assertThat(sessions.find(session)).as("to ask for a code ends nothing").isPresent();

        List<Boolean> won = Parallel.run(2, () -> resets.redeem(code, PASSWORD).isPresent());

        assertThat(won).containsOnlyOnce(true);
        assertThat(resets.isGood(code)).isFalse();
        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).containsExactly(alice.owner().subject().value());
    }

    @Test
    void aCodeIsGoodForAnHourAndUntilThereIsAnother() {
        Subject alice = stored("alice").owner().subject();
        String first = resets.issue(alice).value();
        String second = resets.issue(alice).value();
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

        assertThat(accounts.create(user("{'username':'alice'}"))).isEmpty();
        assertThat(accounts.create(user("{'username':'" + alice.owner().subject() + "'}")))
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
    void otherGroupsEndNothing() throws OAuthException {
        Account alice = stored("alice", "user", "orders");
        String session = signIn(alice);

        Account changed = accounts.change(
                        alice, user("{'username':'alice','email':'a@example.org','groups':['orders','stock']}"))
                .orElseThrow();

        assertThat(changed.owner().groups()).isEqualTo(Set.of("orders", "stock"));
        assertThat(changed.edition()).isNotEqualTo(alice.edition());
        assertThat(accounts.find(alice.owner().subject())).contains(changed);
        assertThat(sessions.find(session).orElseThrow().resourceOwner()).isEqualTo(changed.owner());
        assertThat(ended()).isEmpty();
    }

    @Test
    void whoIsAnAdministratorNoMoreLosesEverything() throws OAuthException {
        Account root = stored("root", "claviger-admin", "user");
        String session = signIn(root);

        accounts.change(root, user("{'username':'root','groups':['user']}"));

        assertThat(sessions.find(session)).isEmpty();
        assertThat(ended()).hasSize(1);
    }

    /** REQUIREMENTS T12. */
    @Test
    void t12WhoIsDisabledEndsAndComesBackWithNothing() throws OAuthException {
        Account alice = stored("alice");
        String session = signIn(alice);
        String code = resets.issue(alice.owner().subject()).value();

        Account disabled = accounts.enable(alice, false).orElseThrow();

        assertThat(disabled.enabled()).isFalse();
        assertThat(refusal(() -> owners.authenticate("alice", "passwd")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(owners.find(alice.owner().subject())).isEmpty();
        assertThat(resets.isGood(code)).isFalse();

        accounts.enable(disabled, true);
        assertThat(owners.authenticate("alice", "passwd")).isEqualTo(alice.owner());
        assertThat(sessions.find(session)).isEmpty();
    }

    /** REQUIREMENTS T12. */
    @Test
    void t12WhoIsDeletedEnds() throws OAuthException {
        Account alice = stored("alice", "user");
        String session = signIn(alice);
        String code = resets.issue(alice.owner().subject()).value();

        assertThat(accounts.delete(alice, NOTHING)).isTrue();

        assertThat(accounts.find(alice.owner().subject())).isEmpty();
        assertThat(sessions.find(session)).isEmpty();
        assertThat(resets.isGood(code)).isFalse();
        assertThat(ended()).containsExactly(alice.owner().subject().value());
        assertThat(TestDatabase.query("select count(*) from resource_owner_group"))
                .containsExactly("0");
    }

    @Test
    void whatRestsOnAnOlderStateChangesNothing() {
        Account seen = stored("alice");
        accounts.change(seen, user("{'username':'alice','name':'First'}"));

        assertThat(accounts.change(seen, user("{'username':'alice','name':'Second'}")))
                .isEmpty();
        assertThat(accounts.enable(seen, false)).isEmpty();
        assertThat(accounts.delete(seen, NOTHING)).isFalse();
        assertThat(accounts.find(seen.owner().subject()).orElseThrow().owner().name())
                .contains("First");
        assertThat(ended()).isEmpty();
    }

    @Test
    void anImportIsAChangeThatOthersNotice() {
        Account seen = stored("alice");
        Fixture.register(owners, json("{'username':'alice','password':'correct horse battery'}"), "");

        assertThat(accounts.enable(seen, false)).isEmpty();
    }

    @Test
    void usersAreListedPageByPage() {
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

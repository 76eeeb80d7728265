package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.refusal;

import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestDatabase;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Most users here have the cheap hash of {@link Fixture#user}: a real one costs a third of a second. */
class ResourceOwnersTest {
    private static ResourceOwners owners;

    @BeforeAll
    static void open() {
        owners = new ResourceOwners(TestDatabase.empty(), Fixture.revocations(), RANDOM);
    }

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    private static List<String> ended() {
        return TestDatabase.query("select name from revocation where kind = 'SUBJECT'");
    }

    private static void openSession(String subject) {
        TestDatabase.execute(
                "insert into sign_in_session (id_hash, subject, auth_time, last_used_at, expires_at) values (?, ?, current_timestamp, current_timestamp, current_timestamp)",
                "session of " + subject,
                subject);
    }

    /** REQUIREMENTS T12. */
    @Test
    void t12WithAPasswordEndsWhatCameFromIt() throws OAuthException {
        String alice = Fixture.user("alice", true);
        String bob = Fixture.user("bob", true);
        openSession(alice);
        openSession(bob);

        owners.changePassword(new Subject(alice), new NewResourceOwner.Password("correct horse battery"));

        assertThat(owners.authenticate("alice", "correct horse battery").subject())
                .hasToString(alice);
        assertThat(ended()).containsExactly(alice);
        assertThat(TestDatabase.query("select subject from sign_in_session")).containsExactly(bob);
    }

    @Test
    void anImportEndsWhatCameFromAnEarlierPasswordOnly() {
        String entry = "{'username':'alice','password':'correct horse battery'%s}";
        Fixture.register(owners, json(entry.formatted("")), "/users/0");
        Fixture.register(owners, json(entry.formatted(",'groups':['user']")), "/users/0");
        String hash =
                TestDatabase.query("select password_hash from resource_owner").get(0);
        String hashed = "{'username':'alice','password_hash':'" + hash + "'}";
        Fixture.register(owners, json(hashed), "/users/0");
        assertThat(TestDatabase.query("select password_hash from resource_owner"))
                .containsExactly(hash);
        assertThat(ended()).isEmpty();

        Fixture.register(owners, json(entry.replace("correct", "another").formatted("")), "/users/0");

        assertThat(ended()).isEqualTo(TestDatabase.query("select subject from resource_owner"));
    }

    @Test
    void aHashThatIsWeakerThanThoseOfNowIsReplacedAtASignInAndNothingEnds() throws OAuthException {
        String alice = Fixture.user("alice", true);
        openSession(alice);
        String weak =
                TestDatabase.query("select password_hash from resource_owner").get(0);

        assertThatThrownBy(() -> owners.authenticate("alice", "wrong")).isInstanceOf(OAuthException.class);
        assertThat(TestDatabase.query("select password_hash from resource_owner"))
                .containsExactly(weak);
        owners.authenticate("alice", "passwd");

        String strong =
                TestDatabase.query("select password_hash from resource_owner").get(0);
        assertThat(strong).startsWith("pbkdf2-sha256$" + PasswordHash.ITERATIONS + "$");
        assertThat(PasswordHash.parse(strong).matches("passwd")).isTrue();
        assertThat(TestDatabase.query("select subject from sign_in_session")).containsExactly(alice);
        owners.authenticate("alice", "passwd");
        assertThat(TestDatabase.query("select password_hash from resource_owner"))
                .containsExactly(strong);
    }

    @Test
    void aPasswordThatIsChangedDuringASignInIsNotPutBack() throws OAuthException {
        Fixture.user("alice", true);
        // The salt of the stronger hash is drawn between the look at the row and its update.
        SecureRandom changing = new SecureRandom() {
            @Override
            public void nextBytes(byte[] bytes) {
                TestDatabase.execute("update resource_owner set password_hash = 'another'");
                super.nextBytes(bytes);
            }
        };
        ResourceOwners overtaken = new ResourceOwners(TestDatabase.database(), Fixture.revocations(), changing);
        TestDatabase.empty();
        Fixture.user("alice", true);

        overtaken.authenticate("alice", "passwd");

        assertThat(TestDatabase.query("select password_hash from resource_owner"))
                .containsExactly("another");
    }

    @Test
    void whoIsRegisteredCanSignIn() throws OAuthException {
        Fixture.register(
                owners,
                json("{'username':'Alice','password':'correct horse battery','name':'Alice A.','email':'a@example.org',"
                        + "'groups':['user','claviger-admin']}"),
                "/users/0");

        ResourceOwner alice = owners.authenticate("Alice", "correct horse battery");

        assertThat(alice.username()).isEqualTo("Alice");
        assertThat(alice.subject().value()).matches("[A-Za-z0-9_-]{22}").doesNotContainIgnoringCase("alice");
        assertThat(alice.name()).contains("Alice A.");
        assertThat(alice.email()).contains("a@example.org");
        assertThat(alice.groups()).containsExactlyInAnyOrder("user", "claviger-admin");
        assertThat(alice.isAdministrator()).isTrue();
        assertThat(owners.find(alice.subject())).contains(alice);
        assertThat(TestDatabase.dump())
                .contains("pbkdf2-sha256$" + PasswordHash.ITERATIONS + "$")
                .doesNotContain("correct horse battery");
    }

    @Test
    void registeringAgainReplacesEverythingButTheSubject() throws OAuthException {
        String subject = Fixture.user("alice", true, "user", "admin");

        Fixture.register(
                owners,
                json("{'username':'alice','password':'the new password','groups':['admin','orders']}"),
                "/users/0");

        ResourceOwner alice = owners.find(new Subject(subject)).orElseThrow();
        assertThat(alice.groups()).containsExactlyInAnyOrder("admin", "orders");
        assertThat(alice.name()).isEmpty();
        assertThat(owners.authenticate("alice", "the new password").subject()).isEqualTo(alice.subject());
        assertThat(refusal(() -> owners.authenticate("alice", "passwd")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
        assertThat(TestDatabase.query("select username from resource_owner")).hasSize(1);
    }

    @Test
    void t12WhoWasDisabledStaysDisabledWhenRegisteredAgain() {
        String subject = Fixture.user("alice", false, "user");

        Fixture.register(
                owners, json("{'username':'alice','password':'a long password','groups':['user']}"), "/users/0");

        assertThat(owners.find(new Subject(subject))).isEmpty();
        assertThat(TestDatabase.query("select enabled from resource_owner")).containsExactly("FALSE");
    }

    @Test
    void everyFailureLooksTheSame() {
        Fixture.user("alice", true);
        Fixture.user("disabled", false);
        for (Executable attempt : new Executable[] {
            () -> owners.authenticate("alice", "wrong"),
            () -> owners.authenticate("disabled", "passwd"),
            () -> owners.authenticate("unknown", "passwd"),
            () -> owners.authenticate("unknown", "x".repeat(1_001)),
            () -> owners.authenticate("alice", "x".repeat(1_001)),
            () -> owners.authenticate("alice", ""),
        }) {
            OAuthException refusal = refusal(attempt);

            assertThat(refusal.code()).isEqualTo(ErrorCode.ACCESS_DENIED);
            assertThat(refusal.description()).isEqualTo("user name or password is wrong");
            assertThat(refusal.detail()).doesNotContain("alice", "disabled", "passwd");
        }
    }

    @ParameterizedTest
    @CsvSource({"Alice, passwd", "alice, Passwd", "alice, 'passwd '", "alic_, passwd"})
    void nameAndPasswordAreComparedExactly(String username, String password) throws OAuthException {
        Fixture.user("alice", true);

        assertThat(owners.authenticate("alice", "passwd").username()).isEqualTo("alice");
        assertThat(refusal(() -> owners.authenticate(username, password)).code())
                .isEqualTo(ErrorCode.ACCESS_DENIED);
    }

    @Test
    void anUnknownUserCostsAsMuchAsAWrongPassword() {
        TestDatabase.execute(
                "insert into resource_owner (subject, username, password_hash, enabled) values (?, ?, ?, ?)",
                Fixture.TOKENS.identifier(),
                "alice",
                "pbkdf2-sha256$" + PasswordHash.ITERATIONS + "$c2FsdA$VawEblbjCJ_sFpHCJUS2BflBhSFt3gRl5oudV8INrLw",
                true);

        long wrongPassword = cpuTime(() -> owners.authenticate("alice", "wrong"));
        long unknownUser = cpuTime(() -> owners.authenticate("unknown", "wrong"));

        // Of the processor, not of the clock: other work on this machine does not count.
        assertThat((double) unknownUser / wrongPassword).isBetween(0.25, 4.0);
    }

    private static long cpuTime(Executable attempt) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        refusal(attempt);
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    }

    @Test
    void t12WhoIsDisabledIsRefusedAtOnce() throws OAuthException {
        String subject = Fixture.user("alice", true, "user");
        assertThat(owners.authenticate("alice", "passwd").groups()).containsExactly("user");
        assertThat(owners.find(new Subject(subject))).isPresent();

        TestDatabase.execute("update resource_owner set enabled = false");

        assertThat(owners.find(new Subject(subject))).isEmpty();
        assertThat(refusal(() -> owners.authenticate("alice", "passwd")).code()).isEqualTo(ErrorCode.ACCESS_DENIED);
    }

    @Test
    void groupsAreThoseOfNow() {
        Subject subject = new Subject(Fixture.user("alice", true, "user", "admin"));
        assertThat(owners.find(subject).orElseThrow().groups()).containsExactlyInAnyOrder("user", "admin");

        TestDatabase.execute("delete from resource_owner_group where group_name = 'admin'");

        assertThat(owners.find(subject).orElseThrow().groups()).containsExactly("user");
        TestDatabase.execute("delete from resource_owner_group");
        assertThat(owners.find(subject).orElseThrow().groups()).isEmpty();
    }

    @Test
    void aUserIsFoundWithAllGroupsByOneStatement() {
        Subject subject = new Subject(Fixture.user("alice", true, "a", "b", "c"));
        int before = TestDatabase.statements();

        assertThat(owners.find(subject).orElseThrow().groups()).hasSize(3);

        assertThat(TestDatabase.statements() - before).isEqualTo(1);
    }

    @Test
    void anUnknownSubjectIsNotFound() {
        Fixture.user("alice", true);

        assertThat(owners.find(new Subject("alice"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | /username",
                "{'username':''} | /username",
                "{'username':1,'password':'a long password'} | /username",
                "{'username':'alice'} | /password",
                "{'username':'alice','password':''} | /password",
                "{'username':'alice','password':['x']} | /password",
                "{'username':'alice','password':'a long password','groups':'user'} | /groups",
                "{'username':'alice','password':'a long password','groups':[1]} | /groups/0",
                "{'username':'alice','password':'a long password','name':''} | /name",
                "{'username':'alice','password':'a long password','email':1} | /email",
                "{'username':'alice','password':'a long password','sub':'y'} | /sub",
                "{'username':'alice','password':'a long password','roles':['y']} | /roles"
            })
    void whatDoesNotFitIsRefusedWithAPointer(String entry, String pointer) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixture.register(owners, json(entry.strip()), "/users/7"))
                .withMessageStartingWith("/users/7" + pointer.strip() + ": ");
        assertThat(TestDatabase.query("select username from resource_owner")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "name", "email", "groups"})
    void whatDoesNotFitIntoTheDatabaseIsRefusedWithAPointer(String member) {
        String tooLong = "x".repeat(256);
        String entry = "{'username':'alice','password':'a long password'}";
        String changed =
                switch (member) {
                    case "username" -> entry.replace("alice", tooLong);
                    case "groups" -> entry.replace("}", ",'groups':['" + tooLong + "']}");
                    default -> entry.replace("}", ",'" + member + "':'" + tooLong + "'}");
                };

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixture.register(owners, json(changed), "/users/7"))
                .withMessageStartingWith("/users/7/" + member + (member.equals("groups") ? "/0: " : ": "));
    }

    @Test
    void aPasswordHasAtMost1000Characters() throws OAuthException {
        String longest = "x".repeat(1_000);
        Fixture.register(owners, json("{'username':'alice','password':'" + longest + "'}"), "/users/7");

        assertThat(owners.authenticate("alice", longest).username()).isEqualTo("alice");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Fixture.register(
                        owners, json("{'username':'alice','password':'" + longest + "x'}"), "/users/7"))
                .withMessageStartingWith("/users/7/password: ")
                .withMessageNotContaining("xxx");
    }

    @Test
    void theOperatorLearnsWhoseWrongPasswordItWas() {
        String subject = Fixture.user("alice", true);

        assertThat(refusal(() -> owners.authenticate("alice", "wrong")).detail())
                .isEqualTo("wrong password of " + subject);
    }

    @Test
    void nodesThatRegisterTheSameUserTogetherDoNotFail() throws Exception {
        try (Connection otherNode = TestDatabase.dataSource().getConnection()) {
            otherNode.setAutoCommit(false);
            otherNode
                    .createStatement()
                    .executeUpdate("insert into resource_owner (subject, username, password_hash, enabled)"
                            + " values ('0123456789abcdefghijkl', 'alice', 'hash', true)");
            CompletableFuture<Void> registering = CompletableFuture.runAsync(() -> Fixture.register(
                    owners, json("{'username':'alice','password':'a long password','groups':['user']}"), "/users/0"));
            // It looked for the user, found none, and now waits for the transaction of the other node.
            while (!registering.isDone()
                    && TestDatabase.query("select session_id from information_schema.sessions"
                                    + " where executing_statement like 'insert into resource_owner %'"
                                    + " or executing_statement like 'merge into resource_owner %'")
                            .isEmpty()) {
                Thread.onSpinWait();
            }
            otherNode.commit();

            registering.get(30, TimeUnit.SECONDS);
        }

        assertThat(TestDatabase.query("select subject from resource_owner")).containsExactly("0123456789abcdefghijkl");
        assertThat(owners.find(new Subject("0123456789abcdefghijkl"))
                        .orElseThrow()
                        .groups())
                .containsExactly("user");
    }

    /** A flood of sign-ins must not hold every thread of the server until each has waited its time. */
    @Test
    void whoComesWhenManyWaitIsRefusedAtOnce() {
        int crowd = Runtime.getRuntime().availableProcessors() + 30;

        List<ErrorCode> answers = Parallel.run(crowd, () -> refusal(() -> owners.authenticate("nobody", "a password"))
                .code());

        assertThat(answers).contains(ErrorCode.TEMPORARILY_UNAVAILABLE, ErrorCode.ACCESS_DENIED);
        assertThat(answers.stream().filter(ErrorCode.ACCESS_DENIED::equals))
                .hasSizeLessThan(Runtime.getRuntime().availableProcessors() + 15);
    }

    /** To hash a new password keeps a core as busy as to compare one. */
    @Test
    void aNewPasswordIsRefusedWhileTooManyAreHashed() throws Exception {
        Subject alice = new Subject(Fixture.user("alice", true));
        int most = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        AtomicInteger slow = new AtomicInteger();
        CountDownLatch hashing = new CountDownLatch(most);
        CountDownLatch goOn = new CountDownLatch(1);
        SecureRandom random = new SecureRandom() {
            @Override
            public void nextBytes(byte[] bytes) {
                super.nextBytes(bytes);
                if (slow.getAndDecrement() > 0) {
                    hashing.countDown();
                    await(goOn);
                }
            }
        };
        ResourceOwners busy = new ResourceOwners(TestDatabase.database(), Fixture.revocations(), random);
        slow.set(most);
        ExecutorService others = Executors.newFixedThreadPool(most);
        List<Future<?>> changing = new ArrayList<>();
        try {
            for (int i = 0; i < most; i++) {
                changing.add(others.submit(() -> {
                    busy.changePassword(alice, new NewResourceOwner.Password("correct horse battery"));
                    return true;
                }));
            }
            await(hashing);

            OAuthException refusal =
                    refusal(() -> busy.changePassword(alice, new NewResourceOwner.Password("another horse battery")));

            assertThat(refusal.code()).isEqualTo(ErrorCode.TEMPORARILY_UNAVAILABLE);
        } finally {
            goOn.countDown();
            others.shutdown();
        }
        for (Future<?> each : changing) {
            each.get(30, TimeUnit.SECONDS);
        }
        assertThat(owners.authenticate("alice", "correct horse battery").subject())
                .isEqualTo(alice);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}

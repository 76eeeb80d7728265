package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.refusal;

import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Modification;
import com.unboundid.ldap.sdk.ModificationType;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.util.LDAPSDKException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.claviger.CapturedLog;
import org.claviger.Directory;
import org.claviger.Parallel;
import org.claviger.identity.IdentityStore.Person;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LdapDirectoryTest {
    private Directory directory;

    @BeforeEach
    void open() throws LDAPSDKException, IOException {
        directory = Directory.open();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private LdapDirectory ldap(String... keysAndValues) {
        return new LdapDirectory(directory.settings(keysAndValues).identity());
    }

    private static Optional<Person> prove(LdapDirectory ldap, String username, String password) throws OAuthException {
        return ldap.authenticate(username, password, ServerLogin.NONE);
    }

    @Test
    void somebodyIsProvenByABindAndIsWhoTheDirectorySays() throws OAuthException, LDAPSDKException {
        Person dora = prove(ldap(), "DORA", "password of dora").orElseThrow();

        assertThat(dora.id()).isEqualTo(directory.entry("dora").getAttributeValue("entryUUID"));
        assertThat(dora.username()).isEqualTo("dora");
        assertThat(dora.name()).contains("Dora Directory");
        assertThat(dora.email()).contains("dora@example.org");
        assertThat(ldap().find(dora.id())).contains(dora);
    }

    /** The choir is not mapped, and the bosses are not directly below the base. */
    @Test
    void onlyGroupsThatAreMappedAndInTheirPlaceComeThrough() throws OAuthException, LDAPSDKException {
        assertThat(prove(ldap(), "dora", "password of dora").orElseThrow().groups())
                .containsExactlyInAnyOrder("user", "claviger-admin");
        assertThat(prove(ldap(), "emil", "password of emil").orElseThrow().groups())
                .isEmpty();

        directory.set(
                "emil",
                "memberOf",
                "cn=Staff,ou=groups,dc=example,dc=org",
                "cn=wheel,ou=others,ou=groups,dc=example,dc=org",
                "cn=wheel,dc=evil",
                "cn=bosses,ou=others,ou=groups,dc=example,dc=org",
                "wheel");
        LdapDirectory memberOf = ldap("claviger.ldap.member-of-attribute", "memberOf");
        assertThat(prove(memberOf, "emil", "password of emil").orElseThrow().groups())
                .containsExactly("user");
        assertThat(prove(memberOf, "dora", "password of dora").orElseThrow().groups())
                .isEmpty();
        LdapDirectory unmapped = ldap("claviger.identity-store.groups", "");
        assertThat(prove(unmapped, "dora", "password of dora").orElseThrow().groups())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nobody",
                "*",
                "d*",
                "dora)(uid=*",
                "dora\\2a",
                "dora)(|(uid=dora",
                "do\0ra",
                "uid=dora,ou=people,dc=example,dc=org",
                "reader"
            })
    void aNameIsNoFilter(String username) throws OAuthException {
        assertThat(prove(ldap(), username, "password of dora")).isEmpty();
        assertThat(prove(ldap(), username, Directory.READER_PASSWORD)).isEmpty();
    }

    @Test
    void aNameMayHoldWhatFiltersAreMadeOf() throws OAuthException, LDAPSDKException {
        directory.person("odd(*)\\one", "Odd One");

        assertThat(prove(ldap(), "odd(*)\\one", "password of odd(*)\\one")).isPresent();
    }

    /** Which no name can be, but what a directory says is not ours. */
    @Test
    void aNameThatTheDirectoryWritesWronglyIsNobody() throws OAuthException, LDAPSDKException {
        directory.server.add(
                "dn: uid=odd\\one,ou=people,dc=example,dc=org",
                "objectClass: person",
                "uid: odd",
                "sn: odd",
                "cn: odd");

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(prove(ldap(), "odd", "password of odd")).isEmpty();
            assertThat(log.text()).contains("CLAVIGER-1506");
        }
    }

    /** RFC 4513 section 5.1.2: a bind with a name and no password succeeds, as nobody; here too. */
    @ParameterizedTest
    @ValueSource(strings = {"", "wrong", "password of emil", " "})
    void withoutTheRightPasswordNobodyIsProven(String password) throws OAuthException {
        assertThat(prove(ldap(), "dora", password)).isEmpty();
    }

    /** RFC 4511 section 4.1.10: the answer is elsewhere, so nothing is known; Active Directory and others say so. */
    @Test
    void aReferralInPlaceOfAnAnswerIsNoAnswer() throws OAuthException {
        LdapDirectory ldap = ldap();
        String id = prove(ldap, "dora", "password of dora").orElseThrow().id();
        directory.searching = ResultCode.REFERRAL;

        assertThat(refusal(() -> ldap.find(id)).code()).isEqualTo(ErrorCode.STORE_AWAY);
        assertThat(refusal(() -> prove(ldap, "dora", "password of dora")).code())
                .isEqualTo(ErrorCode.STORE_AWAY);
    }

    /** RFC 4511 section 4.5.3. */
    @Test
    void whatIsElsewhereIsPassedOverAndWhoMayBeThereIsNotGone() throws OAuthException, LDAPSDKException {
        directory.continued = true;
        LdapDirectory ldap = ldap();
        Person dora = prove(ldap, "dora", "password of dora").orElseThrow();

        assertThat(dora.groups()).containsExactlyInAnyOrder("user", "claviger-admin");
        assertThat(ldap.find(dora.id())).contains(dora);
        assertThat(prove(ldap, "nobody", "wrong")).isEmpty();
        directory.delete("dora");
        assertThat(refusal(() -> ldap.find(dora.id())).code()).isEqualTo(ErrorCode.STORE_AWAY);
        directory.continued = false;
        assertThat(ldap.find(dora.id())).isEmpty();
    }

    /** Locked accounts (draft-behera-ldap-password-policy and others) have many codes; none of them means that the directory is away. */
    @Test
    void aBindThatIsRefusedForAnyReasonIsAWrongPassword() throws OAuthException {
        for (ResultCode code : List.of(
                ResultCode.CONSTRAINT_VIOLATION,
                ResultCode.UNWILLING_TO_PERFORM,
                ResultCode.INAPPROPRIATE_AUTHENTICATION,
                ResultCode.INSUFFICIENT_ACCESS_RIGHTS)) {
            directory.binding = code;
            assertThat(prove(ldap(), "dora", "password of dora")).as("%s", code).isEmpty();
        }
        for (ResultCode code : List.of(ResultCode.BUSY, ResultCode.UNAVAILABLE)) {
            directory.binding = code;
            assertThat(refusal(() -> prove(ldap(), "dora", "password of dora")).code())
                    .as("%s", code)
                    .isEqualTo(ErrorCode.STORE_AWAY);
        }
    }

    /** As Active Directory words it: the result is always 49, and why stands in the text. */
    @ParameterizedTest
    @ValueSource(strings = {"52e", "525", "533", "775", "532", "773", "701", "530"})
    void whyAnAccountIsRefusedIsSaidAndIsNoFault(String why) throws OAuthException {
        directory.binding = ResultCode.INVALID_CREDENTIALS;
        directory.diagnostic = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data " + why
                + ", v4563 {0} secret";

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(prove(ldap(), "dora", "password of dora")).isEmpty();
            if (why.startsWith("52")) { // unknown, or a wrong password
                assertThat(log.text()).doesNotContain("CLAVIGER-1511");
            } else {
                assertThat(log.text())
                        .contains("CLAVIGER-1511", "uid=dora,ou=people,dc=example,dc=org", "49, data " + why);
            }
            assertThat(log.text()).doesNotContain("CLAVIGER-1501", "CLAVIGER-1503", "password of", "secret");
        }
    }

    @Test
    void whyOtherDirectoriesRefuseAnAccountIsSaidToo() throws OAuthException {
        directory.binding = ResultCode.UNWILLING_TO_PERFORM;
        directory.diagnostic = "Account inactivated. Contact system administrator.";
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(prove(ldap(), "dora", "password of dora")).isEmpty();
            assertThat(log.text()).contains("CLAVIGER-1511", "result 53").doesNotContain("password of");
        }
        directory.binding = ResultCode.INVALID_CREDENTIALS;
        directory.diagnostic = "";
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(prove(ldap(), "dora", "password of dora")).isEmpty();
            assertThat(log.text()).doesNotContain("CLAVIGER-1511");
        }
    }

    /** It may be that of somebody else. */
    @Test
    void whoHasTwoNamesOrTwoIdentifiersIsNobody() throws OAuthException, LDAPSDKException {
        directory.set("dora", "uid", "dora", "theodora");
        directory.set("emil", "employeeNumber", "1", "2");

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(prove(ldap(), "dora", "password of dora")).isEmpty();
            LdapDirectory numbers = ldap("claviger.ldap.id-attribute", "employeeNumber");
            assertThat(prove(numbers, "emil", "password of emil")).isEmpty();
            assertThat(log.text()).contains("CLAVIGER-1506", "employeeNumber");
        }
    }

    /** Nobody can tell who it is, nor that it is not dora. */
    @Test
    void besideANameThatIsWrittenWronglyNobodyIsProvenAndNobodyIsGone() throws OAuthException, LDAPSDKException {
        LdapDirectory ldap = ldap();
        String id = prove(ldap, "dora", "password of dora").orElseThrow().id();
        directory.server.add(
                "dn: uid=odd\\one,ou=people,dc=example,dc=org",
                "objectClass: person",
                "uid: dora",
                "employeeNumber: 7",
                "sn: odd",
                "cn: odd");
        directory.set("dora", "employeeNumber", "7");

        assertThat(prove(ldap, "dora", "password of dora")).isEmpty();
        assertThat(ldap.find(id)).isPresent();
        LdapDirectory numbers = ldap("claviger.ldap.id-attribute", "employeeNumber");
        assertThat(refusal(() -> numbers.find("7")).code()).isEqualTo(ErrorCode.STORE_AWAY);
    }

    @Test
    void anIdentifierOfAnotherAttributeIsNotAskedFor() {
        LdapDirectory ldap = ldap("claviger.ldap.id-attribute", "objectGUID");

        assertThat(refusal(() -> ldap.find("5f0e9a8e-uuid")).code()).isEqualTo(ErrorCode.STORE_AWAY);
    }

    @Test
    void groupsThatDifferInCapitalsAreOneAndGiveWhatBothStandFor() throws OAuthException {
        LdapDirectory ldap = ldap("claviger.identity-store.groups", "staff>user, Staff>choir");

        assertThat(prove(ldap, "dora", "password of dora").orElseThrow().groups())
                .containsExactlyInAnyOrder("user", "choir");
    }

    @Test
    void aliasesLeadNowhere() throws OAuthException {
        prove(ldap(), "dora", "password of dora");

        assertThat(directory.aliases).isEqualTo(DereferencePolicy.NEVER);
    }

    @Test
    void aFilterThatLeavesNobodyOutIsRemarkedOn() {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            ldap("claviger.ldap.user-filter", "(&(objectClass=person)(!(pwdAccountLockedTime=*)))");
            assertThat(log.text()).doesNotContain("CLAVIGER-1508");
            ldap();
            assertThat(log.text()).contains("CLAVIGER-1508");
        }
    }

    /** Each answer comes in time, and all of them together do not. */
    @Test
    void aDirectoryThatIsSlowWithEverythingIsAway() throws OAuthException {
        LdapDirectory ldap = ldap("claviger.ldap.timeout", "PT1S");
        assertThat(prove(ldap, "dora", "password of dora")).isPresent();
        directory.slowness = 800;

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(refusal(() -> prove(ldap, "dora", "password of dora")).code())
                    .isEqualTo(ErrorCode.STORE_AWAY);
            assertThat(log.text()).contains("CLAVIGER-1501");
        }
    }

    /** It agrees to TLS, and then says nothing. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // no interrupt ends a read
    void aDirectoryThatFallsSilentHoldsNobody() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Integer> asked = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = silent.accept()) {
                    socket.getInputStream().read(new byte[1_000]);
                    // An ExtendedResponse to message 1: success (RFC 4511 section 4.14.2).
                    socket.getOutputStream().write(HexFormat.of().parseHex("300c02010178070a010004000400"));
                    socket.getOutputStream().flush();
                    int hello = socket.getInputStream().read();
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream()); // until the other side ends
                    return hello;
                } catch (IOException fault) {
                    throw new UncheckedIOException(fault);
                }
            });
            LdapDirectory ldap = ldap(
                    "claviger.ldap.start-tls",
                    "true",
                    "claviger.ldap.timeout",
                    "PT1S",
                    "claviger.ldap.url",
                    "ldap://127.0.0.1:" + silent.getLocalPort());

            try (CapturedLog log = new CapturedLog("org.claviger")) {
                assertThat(refusal(() -> prove(ldap, "dora", "password of dora"))
                                .code())
                        .isEqualTo(ErrorCode.STORE_AWAY);
                assertThat(log.text()).contains("CLAVIGER-1501");
            }
            assertThat(asked.get(30, TimeUnit.SECONDS)).isEqualTo(0x16); // a handshake had begun
        }
    }

    @Test
    void twoWhoCannotBeToldApartAreNobody() throws OAuthException, LDAPSDKException {
        directory.set("emil", "uid", "emil", "dora");

        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(prove(ldap(), "dora", "password of dora")).isEmpty();
            assertThat(log.text()).contains("CLAVIGER-1505").doesNotContain("dora");
        }
    }

    @Test
    void whoTheFilterLeavesOutIsGone() throws OAuthException, LDAPSDKException {
        LdapDirectory ldap = ldap("claviger.ldap.user-filter", "(&(objectClass=person)(!(pwdAccountLockedTime=*)))");
        String id = prove(ldap, "dora", "password of dora").orElseThrow().id();
        directory.set("dora", "pwdAccountLockedTime", "000001010000Z");

        assertThat(prove(ldap, "dora", "password of dora")).isEmpty();
        assertThat(ldap.find(id)).isEmpty();
    }

    @Test
    void anIdentifierThatIsMissingOrNoNameLetsNobodyIn() throws OAuthException {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            LdapDirectory ldap = ldap("claviger.ldap.id-attribute", "employeeNumber");
            assertThat(prove(ldap, "dora", "password of dora")).isEmpty();
            assertThat(log.text()).contains("CLAVIGER-1506", "employeeNumber");
        }
    }

    @Test
    void anIdentifierOfBytesIsFoundAgain() throws OAuthException, LDAPSDKException {
        directory.server.modify(
                "uid=dora,ou=people,dc=example,dc=org",
                new Modification(ModificationType.ADD, "objectGUID", new byte[] {
                    0, 1, (byte) 0x80, (byte) 0xff, '*', '(', 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
                }));
        LdapDirectory ldap = ldap("claviger.ldap.id-attribute", "objectGUID");

        Person dora = prove(ldap, "dora", "password of dora").orElseThrow();

        assertThat(dora.id()).isEqualTo("000180ff2a28060708090a0b0c0d0e0f");
        assertThat(ldap.find(dora.id())).contains(dora);
        assertThat(ldap.find("00")).isEmpty();
    }

    @Test
    void aDirectoryThatIsAwayIsNoWrongPasswordAndIsSaidOnce() {
        LdapDirectory ldap = ldap();
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            directory.server.shutDown(true);
            assertThat(refusal(() -> prove(ldap, "dora", "password of dora")).code())
                    .isEqualTo(ErrorCode.STORE_AWAY);
            assertThat(refusal(() -> ldap.find("x")).code()).isEqualTo(ErrorCode.STORE_AWAY);
            assertThat(log.text())
                    .containsOnlyOnce("CLAVIGER-1501")
                    .contains(directory.url("127.0.0.1"))
                    .doesNotContain("password of");
        }
    }

    /** Sixteen ask, eight wait for them, and whoever comes then does not wait: each holds a thread of the server. */
    @Test
    void whoComesWhenEightWaitIsRefusedAtOnce() throws Exception {
        LdapDirectory ldap = ldap("claviger.ldap.timeout", "PT30S");
        directory.gate = new CountDownLatch(1);
        List<Boolean> done = new CopyOnWriteArrayList<>();
        Runnable asking = () -> {
            try {
                done.add(prove(ldap, "dora", "password of dora").isPresent());
            } catch (OAuthException refusal) {
                done.add(false);
            }
        };
        List<Thread> asked = Stream.generate(() -> new Thread(asking)).limit(24).toList();
        asked.subList(0, 16).forEach(Thread::start);
        Parallel.await(() -> directory.searches.get() == 16);
        List<Thread> waiting = asked.subList(16, 24);
        waiting.forEach(Thread::start);
        Parallel.await(() -> waiting.stream().allMatch(each -> each.getState() == Thread.State.TIMED_WAITING));

        assertThat(refusal(() -> prove(ldap, "emil", "password of emil")).detail())
                .contains("too many");
        assertThat(done).isEmpty(); // nor has any of the eight lost patience
        directory.gate.countDown();
        for (Thread each : asked) {
            each.join();
        }
        assertThat(done).hasSize(24).containsOnly(true);
    }

    /** RFC 4513 section 3.1.3, from the beginning and by StartTLS. */
    @Test
    void overTlsTheNameOfTheHostAndItsIssuerAreVerified(@TempDir Path folder) throws Exception {
        for (boolean startTls : new boolean[] {false, true}) {
            directory.close();
            directory = startTls ? Directory.startTls(folder) : Directory.secure(folder);
            String[] localhost = {
                "claviger.ldap.start-tls", Boolean.toString(startTls), "claviger.ldap.url", directory.url("localhost")
            };
            LdapDirectory right = ldap(localhost);
            String[] untrustingJvm = Arrays.copyOf(localhost, 6);
            untrustingJvm[4] = "claviger.ldap.trusted-certificates";
            untrustingJvm[5] = "";
            LdapDirectory untrusting = ldap(untrustingJvm);
            LdapDirectory otherHost = ldap("claviger.ldap.start-tls", Boolean.toString(startTls));

            assertThat(prove(right, "dora", "password of dora")).isPresent();
            assertThat(prove(right, "dora", "wrong")).isEmpty();
            try (CapturedLog log = new CapturedLog("org.claviger")) {
                for (LdapDirectory wrong : List.of(untrusting, otherHost)) {
                    assertThat(refusal(() -> prove(wrong, "dora", "password of dora"))
                                    .code())
                            .isEqualTo(ErrorCode.STORE_AWAY);
                }
                assertThat(log.text()).contains("certification path", "127.0.0.1");
            }
        }
        directory.close();
        // A directory without TLS, where it is asked for, is told no password.
        directory = Directory.open();
        LdapDirectory plain = ldap("claviger.ldap.start-tls", "true");
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(refusal(() -> prove(plain, "dora", "password of dora")).code())
                    .isEqualTo(ErrorCode.STORE_AWAY);
            assertThat(log.text()).contains("CLAVIGER-1501");
        }
    }

    @Test
    void aSearcherWhoIsRefusedIsNamed() {
        LdapDirectory ldap = ldap("claviger.ldap.password", "not its password");
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(refusal(() -> prove(ldap, "dora", "password of dora")).code())
                    .isEqualTo(ErrorCode.STORE_AWAY);
            assertThat(log.text()).contains("CLAVIGER-1503").doesNotContain("not its password");
        }
    }
}

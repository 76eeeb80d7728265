package org.claviger.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;

import com.unboundid.util.LDAPSDKException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claviger.Directory;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a directory has removed, disabled or locked after they have signed in. */
class LdapPeopleTest {
    private static final String PERSON = "(objectClass=person)";

    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();
    private final RevocationRepository revocations = Fixture.revocations(database, clock);
    private final ResourceOwners owners = new ResourceOwners(database, revocations, RANDOM, "ldap");
    private final SignInSessions sessions =
            new SignInSessions(database, owners, revocations, TOKENS, Fixture::settings, clock);
    private Directory directory;

    @BeforeEach
    void open() throws LDAPSDKException, IOException {
        directory = Directory.open();
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private LinkedPeople people(String filter) {
        LdapDirectory ldap = new LdapDirectory(
                directory.settings("claviger.ldap.user-filter", filter).identity());
        return new LinkedPeople(database, revocations, owners, Optional.of(ldap), name -> false, clock);
    }

    private static ResourceOwner signIn(LinkedPeople people) throws OAuthException {
        return people.authenticate("dora", "password of dora", ServerLogin.NONE);
    }

    private String session(ResourceOwner owner) throws OAuthException {
        return sessions.open(owner, clock.instant(), Map.entry("client", new ClientId("web")));
    }

    private void assertEverythingEnds(LinkedPeople people, Subject subject, String session) throws OAuthException {
        assertThat(people.find(subject)).isPresent(); // what was said of her is not five minutes old
        clock.advance(Duration.ofMinutes(5));

        assertThat(people.find(subject)).isEmpty();
        assertThat(sessions.find(session)).isEmpty();
        assertThat(TestDatabase.query("select name from revocation where kind = 'SUBJECT'"))
                .containsExactly(subject.value());
        assertThat(TestDatabase.query("select event || ' ' || acted_by from audit_event order by id"))
                .last()
                .isEqualTo("REVOKED ldap");
    }

    @Test
    void whoIsRemovedLosesEverythingAtTheNextToken() throws OAuthException, LDAPSDKException {
        LinkedPeople people = people(PERSON);
        ResourceOwner dora = signIn(people);
        String session = session(dora);

        directory.delete("dora");

        assertEverythingEnds(people, dora.subject(), session);
    }

    /** The filters of docs/identity.md: Active Directory (ACCOUNTDISABLE is 2), 389 Directory Server, OpenLDAP, and a group that one has to be in. */
    @ParameterizedTest
    @CsvSource({
        "(!(userAccountControl:1.2.840.113556.1.4.803:=2)), userAccountControl, 66048, 66050",
        "(!(nsAccountLock=true)), nsAccountLock, false, TRUE",
        "(!(pwdAccountLockedTime=000001010000Z)), pwdAccountLockedTime, 20300101000000Z, 000001010000Z",
        "'(memberOf=cn=staff,ou=groups,dc=example,dc=org)', memberOf, 'cn=staff,ou=groups,dc=example,dc=org', 'cn=choir'"
    })
    void whoTheFilterLeavesOutLosesEverythingAtTheNextTokenAndSignsInNoMore(
            String filter, String attribute, String before, String after) throws OAuthException, LDAPSDKException {
        directory.set("dora", attribute, before);
        LinkedPeople people = people("(&" + PERSON + filter + ")");
        ResourceOwner dora = signIn(people);
        String session = session(dora);

        directory.set("dora", attribute, after);

        assertEverythingEnds(people, dora.subject(), session);
        Fixture.refusal(() -> signIn(people));
        directory.set("dora", attribute, before);
        assertThat(signIn(people).subject()).isEqualTo(dora.subject());
    }

    /** Nothing but a bind tells, and a bind needs the password. */
    @Test
    void withoutSuchAFilterALockEndsNothing() throws OAuthException, LDAPSDKException {
        LinkedPeople people = people(PERSON);
        ResourceOwner dora = signIn(people);

        directory.set("dora", "nsAccountLock", "true");
        clock.advance(Duration.ofMinutes(5));

        assertThat(people.find(dora.subject())).contains(dora);
    }

    @Test
    void whoLeavesAGroupHasItInNoNewToken() throws OAuthException, LDAPSDKException {
        LinkedPeople people = people(PERSON);
        ResourceOwner dora = signIn(people);
        assertThat(dora.groups()).containsExactlyInAnyOrder("user", "claviger-admin");

        directory.leave("staff");
        clock.advance(Duration.ofMinutes(5));

        assertThat(people.find(dora.subject()).orElseThrow().groups()).isEqualTo(Set.of("claviger-admin"));
        assertThat(TestDatabase.query("select name from revocation")).isEmpty();
    }
}

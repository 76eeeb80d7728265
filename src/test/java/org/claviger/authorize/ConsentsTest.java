package org.claviger.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.client.Client;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.Test;

/** REQUIREMENTS A17. */
class ConsentsTest {
    private static final Subject ALICE = new Subject("alice-0000000000000000");
    private static final Scope BOTH = Scope.parse("profile demo");

    private final Client standard = client("standard");
    private final Client restricted = client("restricted");
    private final TestClock clock = new TestClock();
    private final Consents consents = new Consents(TestDatabase.empty(), Fixture::settings, clock);

    private static Client client(String classification) {
        return Fixture.client("{'client_id':'" + classification
                + "','token_endpoint_auth_method':'none','redirect_uris':['https://a.example/'],'scope':'profile demo',"
                + "'classification':'" + classification + "'}");
    }

    @Test
    void whatWasAllowedIsNotAskedAgainAndMoreIs() {
        assertThat(consents.isAllowed(ALICE, standard, Scope.EMPTY)).isFalse();

        consents.allow(ALICE, standard, Scope.parse("profile"));

        assertThat(consents.isAllowed(ALICE, standard, Scope.parse("profile"))).isTrue();
        assertThat(consents.isAllowed(ALICE, standard, Scope.EMPTY)).isTrue();
        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isFalse();
    }

    @Test
    void whatWasAllowedStaysAllowedWhenMoreIs() {
        consents.allow(ALICE, standard, Scope.parse("profile"));
        consents.allow(ALICE, standard, Scope.parse("demo"));

        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isTrue();
    }

    @Test
    void after90DaysAPersonIsAskedAgain() {
        consents.allow(ALICE, standard, BOTH);

        clock.advance(Duration.ofDays(90).minusSeconds(1));
        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isFalse();

        consents.allow(ALICE, standard, Scope.parse("demo"));
        assertThat(consents.isAllowed(ALICE, standard, Scope.parse("demo"))).isTrue();
        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isFalse();
    }

    @Test
    void whatWasNotShownAgainDoesNotLastLonger() {
        consents.allow(ALICE, standard, Scope.parse("profile"));
        clock.advance(Duration.ofDays(80));
        consents.allow(ALICE, standard, Scope.parse("demo"));
        clock.advance(Duration.ofDays(10));

        assertThat(consents.isAllowed(ALICE, standard, Scope.parse("profile"))).isFalse();
    }

    @Test
    void whatWasShownAgainLastsLonger() {
        consents.allow(ALICE, standard, Scope.parse("profile"));
        clock.advance(Duration.ofDays(80));
        consents.allow(ALICE, standard, BOTH);
        clock.advance(Duration.ofDays(80));

        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isTrue();
    }

    @Test
    void consentsAtTheSameMomentAreBothRemembered() {
        Parallel.run(8, () -> {
            consents.allow(ALICE, standard, Scope.parse("profile"));
            consents.allow(ALICE, standard, Scope.parse("demo"));
            return true;
        });

        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isTrue();
    }

    @Test
    void whatAClientMayNotHaveAnyMoreIsForgotten() {
        consents.allow(ALICE, standard, BOTH);
        Client narrower = Fixture.client("{'client_id':'standard','token_endpoint_auth_method':'none',"
                + "'redirect_uris':['https://a.example/'],'scope':'profile'}");
        consents.allow(ALICE, narrower, Scope.parse("profile"));

        assertThat(consents.isAllowed(ALICE, standard, BOTH)).isFalse();
    }

    @Test
    void allConsentsOfAPersonCanBeWithdrawn() {
        Subject bob = new Subject("bob");
        consents.allow(ALICE, standard, BOTH);
        consents.allow(bob, standard, BOTH);
        TestDatabase.database().change(consents.withdrawal(ALICE));

        assertThat(consents.isAllowed(ALICE, standard, Scope.EMPTY)).isFalse();
        assertThat(consents.isAllowed(bob, standard, BOTH)).isTrue();
    }

    @Test
    void aConsentIsThatOfOnePersonToOneClient() {
        consents.allow(ALICE, standard, BOTH);

        assertThat(consents.isAllowed(new Subject("bob"), standard, BOTH)).isFalse();
        assertThat(consents.isAllowed(ALICE, client("sensitive"), BOTH)).isFalse();
    }

    @Test
    void aRestrictedClientAsksEachTime() {
        consents.allow(ALICE, restricted, BOTH);

        assertThat(consents.isAllowed(ALICE, restricted, BOTH)).isFalse();
    }
}

package org.claviger.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.refusal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.identity.IdentityStore;
import org.claviger.identity.LinkedPeople;
import org.claviger.identity.ResourceOwners;
import org.claviger.identity.ServerLogin;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.throttle.Throttle;
import org.junit.jupiter.api.Test;

class AuthenticationTest {
    private final Database database = TestDatabase.empty();
    private final TestClock clock = new TestClock();

    /** A store that knows nobody, or cannot be asked. */
    private record Store(boolean away) implements IdentityStore {
        @Override
        public String name() {
            return "ldap";
        }

        @Override
        public Optional<Person> authenticate(String username, String password, ServerLogin server)
                throws OAuthException {
            if (away) {
                throw IdentityStore.away("test");
            }
            return Optional.empty();
        }

        @Override
        public void searchInVain(String username) throws OAuthException {
            authenticate(username, "", ServerLogin.NONE);
        }

        @Override
        public Optional<Person> find(String id) {
            return Optional.empty();
        }

        @Override
        public Optional<Duration> recheck() {
            return Optional.empty();
        }
    }

    private Authentication with(Store store) {
        var revocations = Fixture.revocations(database, clock);
        ResourceOwners owners = new ResourceOwners(database, revocations, RANDOM, "ldap");
        return new Authentication(
                new LinkedPeople(database, revocations, owners, Optional.of(store), name -> false, clock),
                new Throttle(database, Fixture.Keys.MAC, clock, entities -> clock.instant()));
    }

    private static ErrorCode prove(Authentication authentication, String username) {
        return refusal(() -> authentication.prove(username, "wrong", "192.0.2.1", ServerLogin.NONE))
                .code();
    }

    /** RFC 4518: to a directory these are one name. */
    @Test
    void guessesAtAllSpellingsOfANameCountTogether() {
        Authentication authentication = with(new Store(false));
        for (String spelling : List.of("dora l", "Dora L", " DORA  L", "\uff44ora l", "dora\tl")) {
            assertThat(prove(authentication, spelling)).as(spelling).isEqualTo(ErrorCode.ACCESS_DENIED);
        }
        assertThat(prove(authentication, "dORA l")).isEqualTo(ErrorCode.ACCESS_DENIED);

        assertThat(prove(authentication, "DORA L ")).isEqualTo(ErrorCode.SLOW_DOWN);
        assertThat(prove(authentication, "emil")).isEqualTo(ErrorCode.ACCESS_DENIED);
    }

    /** Otherwise the answer would tell who is of the database, where their passwords can be guessed all the time. */
    @Test
    void whileTheStoreIsAwayGuessesAreCounted() {
        Fixture.user("alice", true);
        Authentication authentication = with(new Store(true));
        for (String name : List.of("dora", "alice")) {
            for (int i = 0; i < 6; i++) {
                assertThat(prove(authentication, name)).as(name).isEqualTo(ErrorCode.STORE_AWAY);
            }
            assertThat(prove(authentication, name)).as(name).isEqualTo(ErrorCode.SLOW_DOWN);
        }
    }
}

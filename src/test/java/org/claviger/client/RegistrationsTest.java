package org.claviger.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.claviger.Fixture.SECRET;
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
import org.claviger.client.Registrations.Registered;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.RevocationRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistrationsTest {
    private static final Set<String> CLASSIFICATIONS = Set.of("standard", "restricted");
    private static final ClientId WEB = new ClientId("web");
    private static final String ENTRY =
            "{'client_id':'web','client_name':'Web','redirect_uris':['https://web.example.org/callback']}";
    private static final Database.Change<RuntimeException> NOTHING = entities -> {};

    private final TestClock clock = new TestClock();
    private final Database database = TestDatabase.empty();
    private final RevocationRepository revocations = Fixture.revocations(clock);
    private final Clients clients = new Clients(database, Fixture.Keys.MAC, clock);
    private final Registrations registrations =
            new Registrations(database, revocations, Fixture.Keys.MAC, clients, clock);

    private static NewClient made(String entry) {
        return NewClient.make(json(entry), CLASSIFICATIONS, TOKENS);
    }

    private static NewClient changed(Registered seen, String patch) {
        return NewClient.change(seen.metadata(), json(patch), CLASSIFICATIONS, TOKENS);
    }

    private Registered create(NewClient client) {
        return registrations.create(client, NOTHING, "test").orElseThrow();
    }

    private boolean proves(String secret) {
        try {
            clients.authenticate(new ClientCredentials(WEB, ClientAuthenticationMethod.CLIENT_SECRET_BASIC, secret));
            return true;
        } catch (OAuthException refused) {
            assertThat(refused.description()).isEqualTo("client authentication failed");
            return false;
        }
    }

    @Test
    void aCreatedClientProvesItselfByTheSecretThatWasMadeForItAndNobodyCanReadThat() {
        NewClient client = made(ENTRY);
        Registered created = create(client);

        String secret = client.secret().orElseThrow();
        assertThat(secret).hasSize(43);
        assertThat(proves(secret)).isTrue();
        assertThat(created.metadata().toString()).doesNotContain("secret");
        assertThat(created.enabled()).isTrue();
        assertThat(TestDatabase.dump()).contains("web.example.org").doesNotContain(secret);
        assertThat(registrations.find(WEB)).contains(created);
    }

    @Test
    void aPublicClientGetsNoSecret() {
        assertThat(made(ENTRY.replace("}", ",'token_endpoint_auth_method':'none'}"))
                        .secret())
                .isEmpty();
    }

    @Test
    void nobodyBringsASecret() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> made(ENTRY.replace("}", ",'client_secret':'" + SECRET + "'}")))
                .withMessage("/client_secret: is made by the server");
        Registered seen = create(made(ENTRY));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> changed(seen, "{'client_secret':'" + SECRET + "'}"))
                .withMessage("/client_secret: is made by the server");
    }

    @Test
    void anIdentifierThatIsTakenStaysWithWhoHasIt() {
        create(made(ENTRY));

        assertThat(registrations.create(made(ENTRY.replace("Web", "Other")), NOTHING, "test"))
                .isEmpty();
        assertThat(clients.find(WEB).orElseThrow().name()).isEqualTo("Web");
    }

    @Test
    void ofSeveralWhoCreateTheSameClientOneDoes() {
        for (int round = 0; round < 5; round++) {
            String entry = ENTRY.replace("'web'", "'web" + round + "'");
            List<Boolean> created = Parallel.run(
                    4, () -> registrations.create(made(entry), NOTHING, "test").isPresent());
            assertThat(created).containsOnlyOnce(true);
        }
    }

    @Test
    void aChangeTouchesWhatItNamesAndTheSecretStays() {
        NewClient client = made(ENTRY);
        Registered seen = create(client);

        NewClient after = changed(seen, "{'client_name':null,'scope':'a b'}");
        Registered changed = registrations.change(seen, after, "test").orElseThrow();

        assertThat(after.secret()).isEmpty();
        assertThat(changed.edition()).isNotEqualTo(seen.edition());
        assertThat(changed.metadata().keySet()).containsExactlyInAnyOrder("client_id", "redirect_uris", "scope");
        assertThat(clients.find(WEB).orElseThrow().scope()).hasToString("a b");
        assertThat(proves(client.secret().orElseThrow())).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'client_id':'other'}               | /client_id: cannot be changed",
                "{'client_id':null}                  | /client_id: cannot be changed",
                "{'redirect_uris':['http://x.org/']} | /redirect_uris/0: must be https",
                "{'redirect_uris':null}              | /redirect_uris: is missing",
                "{'classification':'secret'}         | /classification: must be one of restricted, standard",
                "{'a/b':1}                           | /a~1b: is not a member known here",
                "{'enabled':false}                   | /enabled: is not a member known here",
                "{'groups':['claviger-admin']}       | /groups/0: must not be a group",
                "{'scope':'claviger:all'}            | /scope: what begins with claviger:"
            })
    void aChangeIsVettedAsAnImportIs(String patch, String refusal) {
        Registered seen = create(made(ENTRY));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> changed(seen, patch))
                .withMessageStartingWith(refusal);
    }

    @Test
    void whatRestsOnAnOlderStateChangesNothing() {
        Registered seen = create(made(ENTRY));
        registrations.change(seen, changed(seen, "{'scope':'a'}"), "test");

        assertThat(registrations.change(seen, changed(seen, "{'scope':'b'}"), "test"))
                .isEmpty();
        assertThat(registrations.enable(seen, false, "test")).isEmpty();
        assertThat(registrations.rotate(seen, SECRET, Duration.ZERO, "test")).isEmpty();
        assertThat(registrations.delete(seen, NOTHING, "test")).isFalse();

        assertThat(clients.find(WEB).orElseThrow().scope()).hasToString("a");
        assertThat(proves(SECRET)).isFalse();
    }

    @Test
    void ofSeveralChangesThatRestOnTheSameOneIsMade() {
        Registered seen = create(made(ENTRY));

        List<Boolean> won = Parallel.run(4, () -> registrations
                .change(seen, changed(seen, "{'scope':'" + TOKENS.identifier() + "'}"), "test")
                .isPresent());

        assertThat(won).containsOnlyOnce(true);
    }

    @Test
    void aClientThatCameBackIsAnotherThanTheOneThatWasSeen() {
        Registered first = create(made(ENTRY));
        registrations.delete(first, NOTHING, "test");
        create(made(ENTRY));

        assertThat(registrations.delete(first, NOTHING, "test")).isFalse();
    }

    /** REQUIREMENTS T12. */
    @Test
    void t12ADisabledClientIsUnknownUntilItIsEnabledAndNothingOfItEnds() {
        NewClient client = made(ENTRY);
        Registered disabled =
                registrations.enable(create(client), false, "test").orElseThrow();
        Clients other = new Clients(database, Fixture.Keys.MAC, clock);
        other.refresh();

        for (Clients each : List.of(clients, other)) {
            assertThat(each.find(WEB)).isEmpty();
            assertThat(each.isRegistered("web")).as("its name is not free").isTrue();
        }
        assertThat(proves(client.secret().orElseThrow())).isFalse();
        assertThat(disabled.enabled()).isFalse();
        assertThat(TestDatabase.query("select name from revocation")).isEmpty();

        registrations.enable(disabled, true, "test");
        assertThat(proves(client.secret().orElseThrow())).isTrue();
    }

    /** REQUIREMENTS T12. */
    @Test
    void t12ADeletedClientIsUnknownAndAllThatItHasEnds() {
        Registered seen = create(made(ENTRY));
        assertThat(registrations.delete(seen, NOTHING, "test")).isTrue();

        assertThat(clients.find(WEB)).isEmpty();
        assertThat(clients.isRegistered("web")).isFalse();
        assertThat(registrations.find(WEB)).isEmpty();
        assertThat(TestDatabase.query("select name from revocation where kind = 'CLIENT'"))
                .containsExactly("web");
    }

    @Test
    void anImportDoesNotEnableAClientAgain() {
        Fixture.register(clients, json(ENTRY.replace("}", ",'client_secret':'" + SECRET + "'}")), "");
        registrations.enable(registrations.find(WEB).orElseThrow(), false, "test");

        Fixture.register(clients, json(ENTRY.replace("}", ",'scope':'a','client_secret':'" + SECRET + "'}")), "");
        clients.refresh();

        assertThat(clients.find(WEB)).isEmpty();
        assertThat(registrations.find(WEB).orElseThrow().metadata().getString("scope"))
                .isEqualTo("a");
    }

    @Test
    void anImportIsAChangeThatOthersNotice() {
        Registered seen = create(made(ENTRY));
        Fixture.register(clients, json(ENTRY.replace("}", ",'client_secret':'" + SECRET + "'}")), "");

        assertThat(registrations.enable(seen, false, "test")).isEmpty();
    }

    @Test
    void twoSecretsAreGoodUntilTheOverlapIsOver() {
        NewClient client = made(ENTRY);
        String old = client.secret().orElseThrow();
        String fresh = TOKENS.secret();

        Registered rotated = registrations
                .rotate(create(client), fresh, Duration.ofHours(24), "test")
                .orElseThrow();

        assertThat(rotated.previousSecretUntil()).contains(TestClock.START.plus(Duration.ofHours(24)));
        assertThat(TestDatabase.dump()).doesNotContain(fresh);
        clock.advance(Duration.ofHours(24).minusNanos(1));
        assertThat(proves(old)).isTrue();
        assertThat(proves(fresh)).isTrue();
        clock.advance(Duration.ofNanos(1));
        assertThat(proves(old)).isFalse();
        assertThat(proves(fresh)).isTrue();
        assertThat(registrations.find(WEB).orElseThrow().previousSecretUntil()).isEmpty();
    }

    @Test
    void withoutOverlapTheOldSecretIsBadAtOnce() {
        NewClient client = made(ENTRY);
        registrations.rotate(create(client), SECRET, Duration.ZERO, "test");

        assertThat(proves(client.secret().orElseThrow())).isFalse();
        assertThat(proves(SECRET)).isTrue();
        assertThat(TestDatabase.query("select previous_secret_mac from client")).containsExactly((String) null);
    }

    @Test
    void ofThreeSecretsTheFirstIsBad() {
        NewClient client = made(ENTRY);
        Registered second = registrations
                .rotate(create(client), SECRET, Duration.ofHours(1), "test")
                .orElseThrow();
        registrations.rotate(second, SECRET + "3", Duration.ofHours(1), "test");

        assertThat(proves(client.secret().orElseThrow())).isFalse();
        assertThat(proves(SECRET)).isTrue();
        assertThat(proves(SECRET + "3")).isTrue();
    }

    @Test
    void whoBecomesPublicHasNoSecretAndWhoBecomesConfidentialGetsOne() throws OAuthException {
        NewClient client = made(ENTRY);
        Registered seen = registrations
                .rotate(create(client), SECRET, Duration.ofHours(1), "test")
                .orElseThrow();
        NewClient open = changed(seen, "{'token_endpoint_auth_method':'none'}");
        Registered isOpen = registrations.change(seen, open, "test").orElseThrow();

        assertThat(open.secret()).isEmpty();
        assertThat(clients.authenticate(new ClientCredentials(WEB, ClientAuthenticationMethod.NONE, ""))
                        .isPublic())
                .isTrue();
        NewClient closed = changed(isOpen, "{'token_endpoint_auth_method':null}");
        registrations.change(isOpen, closed, "test");

        assertThat(proves(closed.secret().orElseThrow())).isTrue();
        for (String earlier : List.of(client.secret().orElseThrow(), SECRET, "")) {
            assertThat(refusal(() -> clients.authenticate(new ClientCredentials(
                                    WEB, ClientAuthenticationMethod.CLIENT_SECRET_BASIC, earlier)))
                            .detail())
                    .isEqualTo("wrong secret");
        }
    }

    @Test
    void clientsAreListedPageByPage() {
        for (int i = 0; i < 450; i++) {
            TestDatabase.execute(
                    "insert into client (client_id, metadata) values (?, ?)",
                    "c%03d".formatted(i),
                    "{\"client_id\":\"c%03d\",\"client_name\":\"%s\"}".formatted(i, i % 100 == 7 ? "Odd One" : "x"));
        }

        assertThat(registrations.list("", 3, ""))
                .extracting(each -> each.id().value())
                .containsExactly("c000", "c001", "c002");
        assertThat(registrations.list("c447", 3, ""))
                .extracting(each -> each.id().value())
                .containsExactly("c448", "c449");
        assertThat(registrations.list("", 10, "odd o"))
                .extracting(each -> each.id().value())
                .containsExactly("c007", "c107", "c207", "c307", "c407");
        assertThat(registrations.list("", 2, "ODD")).hasSize(2);
        assertThat(registrations.list("", 2, "C449")).hasSize(1);
        assertThat(registrations.list("", 2, "nobody")).isEmpty();
        assertThat(registrations.list("", 200, "")).hasSize(200);
    }
}

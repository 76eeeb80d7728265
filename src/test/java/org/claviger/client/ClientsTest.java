package org.claviger.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.claviger.Fixture.SECRET;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.refusal;

import java.util.Base64;
import java.util.List;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientsTest {
    private static final String WEB = "{'client_id':'web','client_name':'%s','client_secret':'" + SECRET
            + "','redirect_uris':['https://web.example.org/callback']}";
    private static final String POST = "{'client_id':'post','client_secret':'" + SECRET
            + "','token_endpoint_auth_method':'client_secret_post',"
            + "'redirect_uris':['https://web.example.org/callback']}";
    private static final String SPA = "{'client_id':'spa','token_endpoint_auth_method':'none',"
            + "'redirect_uris':['https://spa.example.org/callback']}";

    private final TestClock clock = new TestClock();
    private final Database database = TestDatabase.empty();
    private final Clients clients = node();

    private Clients node() {
        return new Clients(database, Fixture.Keys.MAC, clock);
    }

    private void register(String text) {
        Fixture.register(clients, json(text.formatted("Web")), "/clients/0");
        clients.refresh();
    }

    private Client authenticate(String id, ClientAuthenticationMethod method, String secret) throws OAuthException {
        return clients.authenticate(new ClientCredentials(new ClientId(id), method, secret));
    }

    @Test
    void aClientProvesItselfAsRegistered() throws OAuthException {
        register(WEB);
        register(POST);
        register(SPA);

        assertThat(authenticate("web", ClientAuthenticationMethod.CLIENT_SECRET_BASIC, SECRET)
                        .id())
                .hasToString("web");
        assertThat(authenticate("post", ClientAuthenticationMethod.CLIENT_SECRET_POST, SECRET)
                        .id())
                .hasToString("post");
        assertThat(authenticate("spa", ClientAuthenticationMethod.NONE, "").id())
                .hasToString("spa");
    }

    @ParameterizedTest
    @CsvSource({
        "unknown, CLIENT_SECRET_BASIC, 0123456789abcdef0123456789abcdef",
        "unknown, NONE, ''",
        "WEB, CLIENT_SECRET_BASIC, 0123456789abcdef0123456789abcdef",
        "web, CLIENT_SECRET_BASIC, 0123456789abcdef0123456789abcdeg",
        "web, CLIENT_SECRET_BASIC, 0123456789ABCDEF0123456789abcdef",
        "web, CLIENT_SECRET_BASIC, 0123456789abcdef0123456789abcde",
        "web, CLIENT_SECRET_BASIC, 0123456789abcdef0123456789abcdef0",
        "web, CLIENT_SECRET_BASIC, ''",
        "web, CLIENT_SECRET_POST, 0123456789abcdef0123456789abcdef",
        "web, NONE, ''",
        "web, NONE, 0123456789abcdef0123456789abcdef",
        "post, CLIENT_SECRET_BASIC, 0123456789abcdef0123456789abcdef",
        "spa, CLIENT_SECRET_BASIC, ''",
        "spa, CLIENT_SECRET_POST, x"
    })
    void t2AndT5EveryFailureLooksTheSame(String id, ClientAuthenticationMethod method, String secret) {
        register(WEB);
        register(POST);
        register(SPA);

        OAuthException refusal = refusal(() -> authenticate(id, method, secret));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_CLIENT);
        assertThat(refusal.description()).isEqualTo("client authentication failed");
        assertThat(refusal.detail()).isNotEmpty().doesNotContain(SECRET);
    }

    @Test
    void theStoredMacIsNoSecret() {
        register(WEB);
        String mac = TestDatabase.query("select secret_mac from client").get(0);

        assertThat(refusal(() -> authenticate("web", ClientAuthenticationMethod.CLIENT_SECRET_BASIC, mac))
                        .code())
                .isEqualTo(ErrorCode.INVALID_CLIENT);
    }

    @Test
    void t5ASecretIsStoredAsAMacOnly() {
        register(WEB);
        register(POST);

        assertThat(TestDatabase.dump())
                .contains("web")
                .doesNotContain(SECRET)
                .doesNotContain(Base64.getEncoder().withoutPadding().encodeToString(SECRET.getBytes(UTF_8)))
                .doesNotContain("client_secret\"");
        assertThat(TestDatabase.query("select secret_mac from client"))
                .hasSize(2)
                .doesNotHaveDuplicates()
                .allMatch(mac -> mac.matches("[A-Za-z0-9_-]{43}"));
    }

    @Test
    void aMacThatWasCopiedFromAnotherClientDoesNotHelp() {
        register(WEB);
        register(POST.replace(SECRET, "another secret of 32 characters!"));
        TestDatabase.execute("update client set secret_mac = (select secret_mac from client where client_id = 'post')");
        TestDatabase.execute("update version_number set number = number + 1");
        clients.refresh();

        assertThat(refusal(() -> authenticate(
                                "web",
                                ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
                                "another secret of 32 characters!"))
                        .detail())
                .isEqualTo("wrong secret");
    }

    @Test
    void registeringAgainReplacesEverything() {
        register(WEB);
        register("{'client_id':'web','token_endpoint_auth_method':'none','scope':'a',"
                + "'redirect_uris':['https://new.example.org/callback']}");

        assertThat(clients.find(new ClientId("web"))).hasValueSatisfying(client -> {
            assertThat(client.name()).isEqualTo("web");
            assertThat(client.isPublic()).isTrue();
            assertThat(client.scope()).hasToString("a");
            assertThat(client.redirectUris()).containsExactly("https://new.example.org/callback");
        });
        assertThat(TestDatabase.query("select secret_mac from client")).containsExactly((String) null);
        assertThat(refusal(() -> authenticate("web", ClientAuthenticationMethod.CLIENT_SECRET_BASIC, SECRET))
                        .code())
                .isEqualTo(ErrorCode.INVALID_CLIENT);
    }

    @Test
    void aNewSecretReplacesTheOldOne() throws OAuthException {
        register(WEB);
        register(WEB.replace(SECRET, SECRET + "2"));

        assertThat(authenticate("web", ClientAuthenticationMethod.CLIENT_SECRET_BASIC, SECRET + "2")
                        .id())
                .hasToString("web");
        assertThat(refusal(() -> authenticate("web", ClientAuthenticationMethod.CLIENT_SECRET_BASIC, SECRET))
                        .code())
                .isEqualTo(ErrorCode.INVALID_CLIENT);
    }

    @Test
    void nothingIsKnownBeforeItWasRead() {
        register(WEB);
        Clients other = node();

        assertThat(other.find(new ClientId("web"))).isEmpty();
        other.refresh();
        assertThat(other.find(new ClientId("web"))).isPresent();
    }

    @Test
    void aRefreshSeesWhatAnotherNodeRegistered() {
        Clients other = node();
        other.refresh();
        register(WEB);
        register(POST);

        other.refresh();
        assertThat(other.find(new ClientId("web"))).isPresent();
        assertThat(other.find(new ClientId("post"))).isPresent();

        Fixture.register(clients, json(WEB.formatted("New name")), "");
        other.refresh();
        assertThat(other.find(new ClientId("web")).orElseThrow().name()).isEqualTo("New name");
    }

    @Test
    void everyOneOfManyQuickChangesIsSeen() {
        register(WEB);
        Clients other = node();
        for (int i = 0; i < 50; i++) {
            String name = "Name " + i;
            Fixture.register(clients, json(WEB.formatted(name)), "");
            other.refresh();

            assertThat(other.find(new ClientId("web")).orElseThrow().name()).isEqualTo(name);
        }
    }

    @Test
    void toKnowAClientTakesNoSql() throws OAuthException {
        register(WEB);
        int before = TestDatabase.statements();

        authenticate("web", ClientAuthenticationMethod.CLIENT_SECRET_BASIC, SECRET);
        clients.find(new ClientId("unknown"));

        assertThat(TestDatabase.statements()).isEqualTo(before);
    }

    @Test
    void nodesThatRegisterTheSameClientTogetherDoNotFail() {
        for (int round = 0; round < 10; round++) {
            String entry = WEB.replace("'web'", "'web" + round + "'").formatted("Web");

            Parallel.run(4, () -> {
                Fixture.register(node(), json(entry), "");
                return true;
            });

            assertThat(TestDatabase.query("select client_id from client where client_id = ?", "web" + round))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "0123456789abcdef0123456789abcde"})
    void t5ASecretHasAtLeast32Characters(String secret) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> register(WEB.replace(SECRET, secret)))
                .withMessageStartingWith("/clients/0/client_secret: ");
        assertThat(TestDatabase.query("select client_id from client")).isEmpty();
    }

    @Test
    void aConfidentialClientHasASecretAndAPublicOneHasNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> register(WEB.replace("'client_secret':'" + SECRET + "',", "")))
                .withMessageStartingWith("/clients/0/client_secret: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> register(SPA.replace("}", ",'client_secret':'" + SECRET + "'}")))
                .withMessageStartingWith("/clients/0/client_secret: ")
                .withMessageNotContaining(SECRET);
        assertThat(TestDatabase.query("select client_id from client")).isEmpty();
    }

    @Test
    void whatDoesNotFitChangesNothing() {
        register(WEB);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> register(WEB.replace("}", ",'unknown':1}")))
                .withMessageStartingWith("/clients/0/unknown: ");

        assertThat(clients.find(new ClientId("web")).orElseThrow().name()).isEqualTo("Web");
    }

    @Test
    void aSecretOfAnyCharactersWorksThroughBasic() throws OAuthException {
        String secret = "odd : + % & = %41 ~ and so on and on";
        Fixture.register(clients, json(WEB.replace(SECRET, secret).replace("%s", "Web")), "");
        clients.refresh();
        String pair = Parameters.pair("web", secret).replaceFirst("=", ":");
        String header = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));

        assertThat(clients.authenticate(ClientCredentials.parse(List.of(header), Parameters.parse("")))
                        .id())
                .hasToString("web");
    }
}

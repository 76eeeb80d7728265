package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.WebTarget;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.claviger.calls.BearerFilter;
import org.claviger.calls.RefreshTokenStore;
import org.claviger.calls.TokenClient;
import org.claviger.calls.TokenRefusedException;
import org.claviger.calls.TokenSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An application that calls another one with {@code claviger-client.jar}, by tokens of the real token endpoint. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("any-database")
@Tag("enterprise-beans") // of the demo application
class OutgoingCallsIT {
    private static final String AS_ITSELF = "/demo/api/orders";
    private static final String AS_CALLER = "/demo/api/orders/as-caller";

    private final RunningClaviger claviger;
    private final Flow flow;

    OutgoingCallsIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @Test
    void an_application_calls_another_as_itself() throws InterruptedException, IOException {
        String alice = flow.tokens("spa", "alice").getString("access_token");
        assertThat(flow.call("/plain/api/orders", alice).statusCode()).isEqualTo(403);
        String service =
                flow.call("/plain/api/orders", flow.serviceToken("service")).body();
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> answer = flow.call(AS_ITSELF, alice);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(service);
        }
    }

    /** With the Jakarta REST client of this JVM, where there is neither CDI nor configuration. */
    @Test
    void in_java_se_a_client_finds_the_token_endpoint_by_the_metadata() {
        String odd = "odd:100%+more&=/?"; // its secret needs the encoding too
        TokenSource tokens = new TokenClient(
                        URI.create(claviger.issuer()), odd, claviger.client(odd).getString("client_secret"))
                .clientCredentials("demo");
        try (Client client = ClientBuilder.newClient().register(new BearerFilter(tokens, claviger.at("/demo/api")))) {
            WebTarget demo = client.target(claviger.at("/demo/api"));
            assertThat(demo.path("public").request().get(String.class)).doesNotContain("null");
            assertThat(demo.path("user").request().get().getStatus()).isEqualTo(403);
            assertThat(client.target(claviger.at("/plain/api/orders"))
                            .request()
                            .get()
                            .getStatus())
                    .isEqualTo(401);
        }
    }

    @Test
    void refresh_tokens_rotate_through_their_store() throws InterruptedException, IOException {
        List<String> stored = new ArrayList<>();
        stored.add(flow.tokens("spa", "alice").getString("refresh_token"));
        RefreshTokenStore store = new RefreshTokenStore() {
            @Override
            public Optional<String> load() {
                return Optional.of(stored.get(stored.size() - 1));
            }

            @Override
            public void store(String refreshToken) {
                stored.add(refreshToken);
            }
        };
        // Each begins where the one before has ended, as after a restart.
        for (int start = 1; start <= 3; start++) {
            TokenSource tokens = TokenClient.withoutSecret(URI.create(claviger.issuer()), "spa")
                    .refreshing(store);
            String token = tokens.token().orElseThrow();
            assertThat(tokens.token()).contains(token);
            assertThat(flow.call("/demo/api/user", token).body()).contains("alice");
            assertThat(stored).hasSize(1 + start).doesNotHaveDuplicates();
        }
        assertThat(flow.refresh("spa", stored.get(0)).statusCode()).isEqualTo(400); // and ends them all
        assertThatExceptionOfType(TokenRefusedException.class)
                .isThrownBy(TokenClient.withoutSecret(URI.create(claviger.issuer()), "spa")
                        .refreshing(store)::token)
                .satisfies(refused -> assertThat(refused.error()).isEqualTo("invalid_grant"));
    }

    @Test
    void an_application_calls_another_as_its_caller() throws InterruptedException, IOException {
        String alice = flow.tokens("spa", "alice").getString("access_token");
        HttpResponse<String> refused = flow.call(AS_CALLER, alice);
        assertThat(refused.statusCode()).isEqualTo(403);
        // What the server says of it is HTML, which must not be passed on as if it were JSON.
        assertThat(refused.headers().firstValue("Content-Type").orElse("")).doesNotContain("json");
        HttpResponse<String> answer = flow.call(AS_CALLER, flow.serviceToken("service"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(claviger.get(AS_CALLER).statusCode()).isEqualTo(401);
    }
}

package org.claviger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.SECRET;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.claviger.client.Registrations.Registered;
import org.claviger.jose.InvalidTokenException;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.Parameters;
import org.claviger.remote.FakeIssuer;
import org.claviger.remote.RemoteIssuer;
import org.claviger.revocation.RevocationKind;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The issuer and a resource server that follows it, over HTTP and without a server. */
class RevocationFeedTest {
    private final TestClock clock = new TestClock();
    private final AtomicLong nanos = new AtomicLong();
    private final FakeIssuer http = new FakeIssuer();
    private Claviger claviger;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("import.json"),
                """
                {'clients': [
                  {'client_id':'rs','client_secret':'%1$s','grant_types':['client_credentials'],'resource':'%2$s'},
                  {'client_id':'public','token_endpoint_auth_method':'none','grant_types':['refresh_token'],
                   'resource':'https://orders.example.org'},
                  {'client_id':'service','client_secret':'%1$s','grant_types':['client_credentials']}
                ]}"""
                        .replace('\'', '"')
                        .formatted(SECRET, http.issuer()));
        TestDatabase.empty();
        claviger = node("claviger.import", file.toString());
        serve(claviger);
    }

    @AfterEach
    void close() {
        http.close();
    }

    private Claviger node(String... keysAndValues) {
        String[] all = new String[keysAndValues.length + 2];
        System.arraycopy(keysAndValues, 0, all, 2, keysAndValues.length);
        all[0] = "claviger.issuer";
        all[1] = http.issuer();
        return new Claviger(
                Fixture.settings(all),
                TestDatabase.database(),
                Fixture.watched(clock),
                RANDOM,
                entities -> clock.instant(),
                Fixture.fresh());
    }

    private void serve(Claviger node) {
        node.endpoints.forEach((path, servlet) -> http.answer(path, FakeIssuer.servlet(servlet)));
    }

    private RemoteIssuer remote(String revocations) {
        Map<String, String> values = new HashMap<>(Map.of(
                "claviger.role",
                "resource-server",
                "claviger.issuer",
                http.issuer(),
                "claviger.resource-server.client-id",
                "rs",
                "claviger.resource-server.client-secret",
                SECRET,
                "claviger.resource-server.revocations",
                revocations,
                "claviger.resource-server.introspection-cache",
                "PT0S"));
        RemoteIssuer remote =
                new RemoteIssuer(Settings.read(key -> Optional.ofNullable(values.get(key))), clock, nanos::get);
        remote.refreshKeys();
        remote.follow();
        return remote;
    }

    private static String basic(String client) {
        return "Basic " + Base64.getEncoder().encodeToString((client + ":" + SECRET).getBytes(UTF_8));
    }

    private Exchange ask(String query) {
        return Exchange.get(query).header("Authorization", basic("rs")).through(claviger.endpoints.get("/revocations"));
    }

    private String token() {
        Exchange answer = Exchange.post(Parameters.pair("grant_type", "client_credentials"))
                .header("Authorization", basic("service"))
                .through(claviger.endpoints.get("/token"));
        return answer.json().getString("access_token");
    }

    private static boolean isGood(RemoteIssuer remote, String token) throws Exception {
        try {
            remote.tokens().prove(token);
            return true;
        } catch (InvalidTokenException refused) {
            return false;
        }
    }

    private void revoke(String token) {
        Exchange answer = Exchange.post(Parameters.pair("token", token))
                .header("Authorization", basic("service"))
                .through(claviger.endpoints.get("/revoke"));
        assertThat(answer.status()).isEqualTo(200);
    }

    // --- Both together ---

    @ParameterizedTest
    @ValueSource(strings = {"feed", "introspection"})
    void a_token_is_accepted_until_it_is_revoked(String revocations) throws Exception {
        RemoteIssuer remote = remote(revocations);
        String token = token();
        assertThat(isGood(remote, token)).isTrue();

        revoke(token);
        remote.follow();

        assertThat(isGood(remote, token)).isFalse();
        assertThat(isGood(remote, token())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"feed", "introspection"})
    void a_client_that_is_disabled_and_one_that_is_deleted_are_refused(String revocations) throws Exception {
        RemoteIssuer remote = remote(revocations);
        String token = token();
        Registered enabled = registered();

        claviger.registrations.enable(enabled, false, "test");
        remote.follow();
        assertThat(isGood(remote, token)).isFalse();

        claviger.registrations.enable(registered(), true, "test");
        clock.advance(Duration.ofSeconds(10));
        nanos.addAndGet(10_000_000_000L);
        remote.follow();
        assertThat(isGood(remote, token)).isTrue();

        claviger.registrations.delete(registered(), entities -> {}, "test");
        remote.follow();
        assertThat(isGood(remote, token)).isFalse();
    }

    private Registered registered() {
        return claviger.registrations.find(new ClientId("service")).orElseThrow();
    }

    @Test
    void who_begins_later_or_comes_to_another_node_hears_all_that_is_alive() throws Exception {
        String token = token();
        RemoteIssuer early = remote("feed");
        revoke(token);
        RemoteIssuer late = remote("feed");
        assertThat(isGood(late, token)).isFalse();

        serve(node());
        early.follow();

        assertThat(isGood(early, token)).isFalse();
    }

    // --- The endpoint ---

    private static JsonArray ended(Exchange answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json().getJsonArray("ended");
    }

    @ParameterizedTest
    @EnumSource
    void each_kind_is_told_once_to_who_follows(RevocationKind kind) {
        JsonObject first = ask("").json();
        String after = "after=" + first.getString("node") + "." + first.getInt("next");
        assertThat(ended(ask(after))).isEmpty();

        claviger.revocations.revoke(kind, "the-name", Map.of());

        JsonArray told = ended(ask(after));
        assertThat(told).hasSize(1);
        assertThat(told.getJsonArray(0).getString(0)).isEqualTo(kind.value());
        assertThat(told.getJsonArray(0).getString(1)).isEqualTo("the-name");
        assertThat(told.getJsonArray(0)).hasSize(kind.isDated() ? 4 : 3);
        JsonObject second = ask(after).json();
        assertThat(ended(ask("after=x.7," + second.getString("node") + "." + second.getInt("next"))))
                .isEmpty();
        assertThat(ended(ask("after=x.7"))).isEqualTo(told);
    }

    @Test
    void an_answer_waits_until_there_is_something_to_tell() throws Exception {
        JsonObject first = ask("").json();
        String query = "wait=20&after=" + first.getString("node") + "." + first.getInt("next");
        CompletableFuture<Exchange> waiting = CompletableFuture.supplyAsync(() -> ask(query));

        claviger.revocations.revoke(RevocationKind.TOKEN, "the-token", Map.of());

        assertThat(ended(waiting.get(10, TimeUnit.SECONDS))).hasSize(1);
    }

    @Test
    void no_more_than_two_wait_and_who_comes_beside_them_is_answered_at_once() throws Exception {
        JsonObject first = ask("").json();
        String query = "wait=20&after=" + first.getString("node") + "." + first.getInt("next");
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<Exchange>> asking = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Exchange> answer = new CompletableFuture<>();
            asking.add(answer);
            threads.add(new Thread(() -> answer.complete(ask(query))));
        }
        threads.forEach(Thread::start);

        Object early = CompletableFuture.anyOf(asking.toArray(CompletableFuture[]::new))
                .get(10, TimeUnit.SECONDS);
        assertThat(ended((Exchange) early)).isEmpty();
        assertThat(asking.stream().filter(CompletableFuture::isDone)).hasSize(1);

        claviger.revocations.revoke(RevocationKind.TOKEN, "the-token", Map.of());
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(asking.stream().filter(answer -> !ended(answer.join()).isEmpty()))
                .hasSize(2);
    }

    @Test
    void four_that_begin_at_the_same_moment_are_all_told_everything() throws Exception {
        for (int i = 0; i < 500; i++) { // so that an answer takes a moment
            claviger.revocations.revoke(RevocationKind.TOKEN, "the-token-" + i, Map.of());
        }
        ExecutorService followers = Executors.newFixedThreadPool(4);
        try {
            Callable<Exchange> beginning = () -> ask("");
            for (Future<Exchange> answer : followers.invokeAll(Collections.nCopies(200, beginning))) {
                assertThat(ended(answer.get())).hasSize(500);
            }
        } finally {
            followers.shutdown();
        }
    }

    @Test
    void a_client_that_is_disabled_ends_the_wait_too() throws Exception {
        JsonObject first = ask("").json();
        String query = "wait=20&after=" + first.getString("node") + "." + first.getInt("next");
        CompletableFuture<Exchange> waiting = CompletableFuture.supplyAsync(() -> ask(query));

        claviger.registrations.enable(registered(), false, "test");

        JsonObject told = waiting.get(10, TimeUnit.SECONDS).json();
        assertThat(told.getJsonArray("disabled").getString(0)).isEqualTo("service");
        assertThat(told.getString("clients")).isNotEmpty();
    }

    @Test
    void it_is_for_confidential_clients_that_are_resource_servers() {
        Exchange nobody = Exchange.get("").through(claviger.endpoints.get("/revocations"));
        assertThat(nobody.status()).isEqualTo(401);
        Exchange service = Exchange.get("")
                .header("Authorization", basic("service"))
                .through(claviger.endpoints.get("/revocations"));
        assertThat(service.status()).isEqualTo(403);
        assertThat(service.json().getString("error")).isEqualTo("access_denied");
        Exchange inQuery =
                Exchange.get("client_id=rs&client_secret=" + SECRET).through(claviger.endpoints.get("/revocations"));
        assertThat(inQuery.status()).isEqualTo(401);
        Exchange publicClient = Exchange.get("client_id=public").through(claviger.endpoints.get("/revocations"));
        assertThat(publicClient.status()).isEqualTo(401);
        assertThat(Exchange.post("")
                        .through(claviger.endpoints.get("/revocations"))
                        .status())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @CsvSource({"after=x", "'after=x.1,'", "after=x.-1", "after=x.1&after=x.2", "wait=x", "wait=-1", "wait=1000"})
    void what_is_malformed_is_refused(String query) {
        assertThat(ask(query).status()).isEqualTo(400);
    }

    @Test
    void a_resource_server_starts_without_its_issuer() {
        http.close();

        RemoteIssuer remote = remote("feed");

        assertThat(remote.keyProblem()).isPresent();
        assertThatThrownBy(() -> remote.tokens().prove(token())).hasMessageContaining("temporarily_unavailable");
    }
}

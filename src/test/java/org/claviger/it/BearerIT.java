package org.claviger.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.form;

import com.sun.net.httpserver.HttpServer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bearer tokens at an application that knows nothing of Claviger: RFC 6750 sections 2 and 3, RFC 8725 section 3. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@Tag("enterprise-beans") // of the demo application
@TestInstance(Lifecycle.PER_CLASS)
class BearerIT {
    private static final String USER = "/demo/api/user";
    private static final String PUBLIC = "/demo/api/public";
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final RunningClaviger claviger;
    private final Flow flow;
    private String alice;
    private String bob;
    private PublicJsonWebKey realKey;
    private KeyPair forger;

    BearerIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void prepare() throws InterruptedException, IOException, JoseException, GeneralSecurityException {
        alice = flow.tokens("spa", "alice").getString("access_token");
        bob = flow.tokens("spa", "bob").getString("access_token");
        JsonWebKeySet keys = new JsonWebKeySet(claviger.get("/api/v2/auth/jwks").body());
        realKey = (PublicJsonWebKey) keys.findJsonWebKey(Jwts.header(alice).getString("kid"), null, null, null);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        forger = generator.generateKeyPair();
    }

    /** Refused everywhere, also where nobody is asked for a token: who shows one that is bad is not let in as nobody. */
    private void assertRefused(String token) throws InterruptedException, IOException {
        for (String path : List.of(USER, PUBLIC)) {
            HttpResponse<String> answer = flow.call(path, token);
            assertThat(answer.statusCode()).as(path + " with " + token).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .startsWith("Bearer")
                    .contains("error=\"invalid_token\"");
            assertThat(answer.body()).doesNotContain("caller");
        }
    }

    // --- R1, R2: how a token is sent ---

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer   "})
    void r1_the_scheme_is_bearer_in_any_case(String scheme) throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get(USER, "Authorization", scheme + alice);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"caller\":\"alice\"");
    }

    @Test
    void r1_two_authorization_headers_are_refused() throws InterruptedException, IOException {
        for (String second : List.of("Bearer " + alice, "Bearer " + bob, "Basic eDp5", "bearer x")) {
            for (String path : List.of(USER, PUBLIC)) {
                HttpResponse<String> answer =
                        claviger.get(path, "Authorization", "Bearer " + alice, "Authorization", second);
                assertThat(answer.statusCode()).isEqualTo(400);
                assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                        .contains("error=\"invalid_request\"");
            }
        }
    }

    @Test
    void r1_two_tokens_in_one_header_are_refused() throws InterruptedException, IOException {
        for (String header : List.of(
                "Bearer " + alice + ", Bearer " + bob,
                "Bearer " + alice + "," + bob,
                "Bearer " + alice + " " + bob,
                "Bearer",
                "Bearer ",
                "Bearer \"" + alice + "\"",
                "Bearer token=" + alice,
                "Bearer " + alice + ";x",
                "Bearer " + alice.replaceFirst("\\.", "=."))) {
            HttpResponse<String> answer = claviger.get(PUBLIC, "Authorization", header);
            assertThat(answer.statusCode()).as(header).isEqualTo(400);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_request\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic ", "BearerX ", "Bearer-", "DPoP ", "Token ", ""})
    void another_scheme_is_no_token(String scheme) throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get(USER, "Authorization", scheme + alice);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer")
                .doesNotContain("error");
    }

    @Test
    void r1_a_token_in_the_query_is_none() throws InterruptedException, IOException {
        for (String query : List.of(form("access_token", alice), form("access_token", alice, "token_type", "Bearer"))) {
            assertThat(claviger.get(USER + "?" + query).statusCode()).isEqualTo(401);
            assertThat(claviger.get(PUBLIC + "?" + query).body()).contains("\"caller\":null");
        }
        // Nor does one there disturb the one in the header.
        assertThat(claviger.get(USER + "?access_token=garbage", "Authorization", "Bearer " + alice)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void r1_a_token_in_a_form_is_none_and_the_application_reads_its_form() throws InterruptedException, IOException {
        String body = form("access_token", alice);
        assertThat(claviger.post("/form/echo", body).body()).isEqualTo("nobody sent " + alice);
        assertThat(claviger.post("/form/echo", body, "Authorization", "Bearer " + bob)
                        .body())
                .isEqualTo("bob sent " + alice);
        assertThat(claviger.post("/demo/servlet", body).statusCode()).isEqualTo(401);
    }

    @Test
    void a_token_in_a_cookie_is_none() throws InterruptedException, IOException {
        assertThat(claviger.get(USER, "Cookie", "access_token=" + alice + "; Authorization=Bearer " + alice)
                        .statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                USER,
                "/demo/api/admin",
                "/demo/api/denied",
                "/demo/api/ejb",
                "/demo/servlet",
                "/plain/api/orders"
            })
    void r2_without_a_token_the_challenge_has_no_error(String path) throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get(path);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .satisfies(
                        challenge -> assertThat(challenge).startsWith("Bearer").doesNotContain("error"));
    }

    @ParameterizedTest
    @ValueSource(strings = {PUBLIC, "/demo/api/open", "/demo/", "/demo/demo.js"})
    void r2_where_no_token_is_needed_there_is_no_challenge(String path) throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/demo/api/admin", "/demo/api/denied", "/plain/api/orders"})
    void r2_a_missing_role_is_insufficient_scope(String path) throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.call(path, alice);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
                .singleElement()
                .satisfies(
                        challenge -> assertThat(challenge).startsWith("Bearer").contains("insufficient_scope"));
    }

    // --- R8: whose request it is ---

    @Test
    void r8_on_one_connection_each_request_is_its_own_callers() throws IOException {
        try (Wire wire = new Wire(claviger)) {
            for (int i = 0; i < 10; i++) {
                assertCaller(wire, "\"alice\"", "Authorization: Bearer " + alice);
                assertCaller(wire, "null");
                assertCaller(wire, "\"bob\"", "Authorization: Bearer " + bob);
                assertThat(wire.send("GET " + USER, List.of(), new byte[0]).status())
                        .isEqualTo(401);
                assertThat(wire.send("GET /demo/servlet", List.of(), new byte[0])
                                .status())
                        .isEqualTo(401);
                assertThat(wire.send("GET " + PUBLIC, List.of("Authorization: Bearer " + bob + "x"), new byte[0])
                                .status())
                        .isEqualTo(401);
                assertCaller(wire, "null");
            }
        }
    }

    private static void assertCaller(Wire wire, String caller, String... headers) throws IOException {
        Wire.Answer answer = wire.send("GET " + PUBLIC, List.of(headers), new byte[0]);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"caller\":" + caller);
        assertThat(answer.headers()).doesNotContainKey("set-cookie");
    }

    @Test
    void r8_requests_that_share_an_http_2_connection_are_each_their_own_callers()
            throws InterruptedException, IOException, ExecutionException {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        // The first request upgrades the connection; those that follow share it.
        http.send(claviger.request(PUBLIC).build(), BodyHandlers.discarding());
        Map<String, String> callers = Map.of("\"alice\"", alice, "\"bob\"", bob, "null", "");
        Map<String, List<CompletableFuture<HttpResponse<String>>>> answers = new HashMap<>();
        for (int round = 0; round < 20; round++) {
            callers.forEach((caller, token) -> {
                HttpRequest.Builder request = claviger.request(PUBLIC);
                if (!token.isEmpty()) {
                    request.header("Authorization", "Bearer " + token);
                }
                answers.computeIfAbsent(caller, name -> new ArrayList<>())
                        .add(http.sendAsync(request.build(), BodyHandlers.ofString()));
            });
        }
        for (String caller : callers.keySet()) {
            for (CompletableFuture<HttpResponse<String>> answer : answers.get(caller)) {
                assertThat(answer.get().version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.get().body()).contains("\"caller\":" + caller);
            }
        }
    }

    @Test
    void r8_callers_at_the_same_time_are_not_mixed_up() throws Exception {
        String[] tokens = {alice, bob};
        String[] names = {"alice", "bob"};
        AtomicInteger next = new AtomicInteger();
        List<Boolean> own = Crowd.of(16, () -> {
            int who = next.getAndIncrement() % 2;
            boolean right = true;
            for (int i = 0; i < 10; i++) {
                right &= flow.call(USER, tokens[who]).body().contains("\"caller\":\"" + names[who] + "\"");
            }
            return right;
        });
        assertThat(own).doesNotContain(false);
    }

    // --- J3, J4, J6: tokens that are not ours ---

    @Test
    void a_token_with_one_other_character_is_refused() throws InterruptedException, IOException {
        int signature = alice.lastIndexOf('.') + 1;
        int claims = alice.indexOf('.') + 1;
        List<Integer> positions = new ArrayList<>(List.of(
                0,
                5,
                claims - 2,
                claims,
                claims + 20,
                (claims + signature) / 2,
                signature - 2,
                signature,
                signature + 100));
        positions.add(alice.length() - 1); // whose last bits no decoder needs
        for (int position : positions) {
            char other = alice.charAt(position) == 'A' ? 'B' : 'A';
            assertRefused(alice.substring(0, position) + other + alice.substring(position + 1));
        }
        String last = alice.substring(0, alice.length() - 1);
        for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
            if (alice.charAt(alice.length() - 1) != c) {
                assertThat(flow.call(PUBLIC, last + c).statusCode()).isEqualTo(401);
            }
        }
    }

    @Test
    void a_token_that_is_cut_or_longer_is_refused() throws InterruptedException, IOException {
        String[] parts = alice.split("\\.", -1);
        for (String token : List.of(
                alice.substring(0, alice.length() - 1),
                alice + "A",
                alice + "=",
                alice + "==",
                alice + ".",
                "." + alice,
                parts[0] + "." + parts[1],
                parts[0] + "." + parts[1] + ".",
                parts[0] + ".." + parts[2],
                "." + parts[1] + "." + parts[2],
                parts[0] + "." + parts[1] + "." + parts[2] + "." + parts[2] + "." + parts[2],
                parts[1] + "." + parts[0] + "." + parts[2],
                bob.substring(0, bob.lastIndexOf('.')) + "." + parts[2])) {
            assertRefused(token);
        }
        assertThat(flow.call(USER, alice).statusCode()).isEqualTo(200);
    }

    @Test
    void r4_no_other_credential_is_an_access_token() throws InterruptedException, IOException {
        JsonObject tokens = flow.tokens("spa", "alice");
        assertRefused(tokens.getString("refresh_token"));
        assertRefused(flow.code("spa", "alice", Pkce.random()));
        assertRefused(flow.browser("alice").session().orElseThrow().value());
        assertRefused("alice");
    }

    /** The header of a real token, with a difference. */
    private JsonObjectBuilder header() {
        return Json.createObjectBuilder(Jwts.header(alice));
    }

    private static String unsigned(JsonObjectBuilder header, String claims) {
        return BASE64URL.encodeToString(header.build().toString().getBytes(UTF_8)) + "." + claims;
    }

    private String claimsOfBob() {
        return bob.split("\\.", -1)[1];
    }

    private String forge(JsonObjectBuilder header) throws GeneralSecurityException {
        return forge(header, claimsOfBob());
    }

    private String forge(JsonObjectBuilder header, String claims) throws GeneralSecurityException {
        String text = unsigned(header, claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(forger.getPrivate());
        signature.update(text.getBytes(UTF_8));
        return text + "." + BASE64URL.encodeToString(signature.sign());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "NONE", "nOnE", ""})
    void j3_a_token_without_a_signature_is_refused(String algorithm) throws InterruptedException, IOException {
        String text = unsigned(header().add("alg", algorithm), claimsOfBob());
        String signature = bob.substring(bob.lastIndexOf('.') + 1);
        for (String token : List.of(text + ".", text, text + "." + signature, text + ".AA")) {
            assertRefused(token);
        }
    }

    @Test
    void j3_the_public_key_is_no_secret_to_sign_with()
            throws InterruptedException, IOException, GeneralSecurityException {
        byte[] der = realKey.getPublicKey().getEncoded();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END PUBLIC KEY-----";
        String jwk = realKey.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
        String modulus = Jwts.texts(RunningClaviger.json(jwk), "n").get(0);
        for (byte[] secret : List.of(
                der,
                pem.getBytes(UTF_8),
                (pem + "\n").getBytes(UTF_8),
                jwk.getBytes(UTF_8),
                modulus.getBytes(UTF_8),
                Base64.getUrlDecoder().decode(modulus),
                Base64.getEncoder().encode(der))) {
            for (String algorithm : List.of("HS256", "HS384", "HS512")) {
                String text = unsigned(header().add("alg", algorithm), claimsOfBob());
                String name = "HmacSHA" + algorithm.substring(2);
                Mac mac = Mac.getInstance(name);
                mac.init(new SecretKeySpec(secret, name));
                assertRefused(text + "." + BASE64URL.encodeToString(mac.doFinal(text.getBytes(UTF_8))));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 "})
    void j3_every_other_algorithm_is_refused(String algorithm)
            throws InterruptedException, IOException, GeneralSecurityException {
        assertRefused(forge(header().add("alg", algorithm)));
        assertRefused(unsigned(header().add("alg", algorithm), claimsOfBob()) + bob.substring(bob.lastIndexOf('.')));
    }

    @Test
    void a_token_signed_by_somebody_else_is_refused()
            throws InterruptedException, IOException, GeneralSecurityException {
        assertRefused(forge(header()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "unknown",
                "../../../../dev/null",
                "/dev/null",
                "file:///dev/null",
                "' or '1'='1",
                "x' union select 'AAAA' --",
                "a\r\nX-Injected: yes",
                "\u0000",
                "😀",
                "${jndi:ldap://127.0.0.1/x}",
            })
    void j4_a_kid_is_looked_up_among_our_own_keys_only(String kid)
            throws InterruptedException, IOException, GeneralSecurityException {
        assertRefused(forge(header().add("kid", kid)));
    }

    @Test
    void j4_a_kid_of_four_kilobytes_is_refused() throws InterruptedException, IOException, GeneralSecurityException {
        assertRefused(forge(header().add("kid", "x".repeat(4_000))));
    }

    @Test
    void j4_a_kid_of_64_kilobytes_is_refused() throws IOException, GeneralSecurityException {
        String token = forge(header().add("kid", "x".repeat(65_536)));
        Wire.Answer answer = Wire.ask(claviger, "GET " + USER, "Authorization: Bearer " + token);
        assertThat(answer.status()).isBetween(400, 499);
    }

    @Test
    void j4_no_key_is_fetched_from_where_a_token_says()
            throws InterruptedException, IOException, GeneralSecurityException, JoseException {
        PublicJsonWebKey key = PublicJsonWebKey.Factory.newPublicJwk(forger.getPublic());
        key.setKeyId("forger");
        String jwk = key.toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
        AtomicInteger hits = new AtomicInteger();
        HttpServer listener = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        listener.createContext("/", exchange -> {
            hits.incrementAndGet();
            byte[] body = ("{\"keys\":[" + jwk + "]}").getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        listener.start();
        try {
            String url = "http://127.0.0.1:" + listener.getAddress().getPort() + "/jwks";
            JsonObject embedded = RunningClaviger.json(jwk);
            for (String kid : List.of("forger", Jwts.header(alice).getString("kid"))) {
                assertRefused(forge(header().add("kid", kid).add("jku", url)));
                assertRefused(forge(header().add("kid", kid).add("x5u", url)));
                assertRefused(forge(header().add("kid", kid).add("jwk", embedded)));
                assertRefused(forge(header().add("kid", kid)
                        .add("x5c", Json.createArrayBuilder().add("AAAA"))));
                assertRefused(forge(header().add("kid", url)));
            }
            // An issuer of its own is not asked for its keys either.
            String claims = BASE64URL.encodeToString(Json.createObjectBuilder(Jwts.claims(bob))
                    .add("iss", url)
                    .build()
                    .toString()
                    .getBytes(UTF_8));
            assertRefused(forge(header().add("kid", "forger"), claims));
            assertThat(hits).hasValue(0);
        } finally {
            listener.stop(0);
        }
    }

    @Test
    void j6_other_members_of_the_header_are_refused()
            throws InterruptedException, IOException, GeneralSecurityException {
        assertRefused(
                forge(header().add("crit", Json.createArrayBuilder().add("exp")).add("exp", 1)));
        assertRefused(forge(header().add("zip", "DEF")));
        assertRefused(forge(header().add("b64", false)));
        assertRefused(forge(header().add("enc", "A256GCM").add("alg", "dir")));
        assertRefused(forge(header().add("p2c", 2_000_000_000).add("alg", "PBES2-HS256+A128KW")));
        assertRefused(forge(header().remove("kid")));
        assertRefused(forge(header().remove("typ")));
        assertRefused(forge(header().add("kid", 1)));
        assertRefused(forge(header().add("alg", Json.createArrayBuilder().add("RS256"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "", "{", "\"x\"", "{\"alg\":\"RS256\",\"alg\":\"none\"}"})
    void j6_a_header_that_is_no_header_is_refused(String header) throws InterruptedException, IOException {
        String text = BASE64URL.encodeToString(header.getBytes(UTF_8));
        assertRefused(text + "." + claimsOfBob() + bob.substring(bob.lastIndexOf('.')));
    }
}

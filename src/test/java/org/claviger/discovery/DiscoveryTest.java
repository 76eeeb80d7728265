package org.claviger.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.settings;

import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.concurrent.atomic.AtomicReference;
import org.claviger.Exchange;
import org.claviger.http.Document;
import org.claviger.http.DocumentEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {
    private final AtomicReference<Document> document = new AtomicReference<>(Document.json("{\"a\":\"é\"}"));
    private final DocumentEndpoint endpoint = new DocumentEndpoint(document::get, 300);

    @Test
    void aDocumentIsServedWithItsLengthTypeAndTag() {
        Exchange exchange = Exchange.get(null).through(endpoint);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.body()).isEqualTo("{\"a\":\"é\"}");
        assertThat(exchange.header("Content-Type")).isEqualTo("application/json");
        assertThat(exchange.header("Content-Length")).isEqualTo("10");
        assertThat(exchange.header("Cache-Control")).isEqualTo("public, max-age=300");
        assertThat(exchange.header("ETag")).matches("\"[A-Za-z0-9_-]{43}\"");
        assertThat(exchange.header("Access-Control-Allow-Origin")).isEqualTo("*");
        assertThat(exchange.header("X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void whoHasItAlreadyIsToldSo() {
        String tag = Exchange.get(null).through(endpoint).header("ETag");

        Exchange same = Exchange.get(null).header("If-None-Match", tag).through(endpoint);
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.header("ETag")).isEqualTo(tag);

        document.set(Document.json("{}"));
        Exchange changed = Exchange.get(null).header("If-None-Match", tag).through(endpoint);
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.body()).isEqualTo("{}");
        assertThat(changed.header("ETag")).isNotEqualTo(tag);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "W/TAG", "\"x\", TAG", "TAG,\"x\"", "\"x\" , W/TAG"})
    void theTagMayStandInAListOrBeWeak(String header) {
        String tag = Exchange.get(null).through(endpoint).header("ETag");

        assertThat(Exchange.get(null)
                        .header("If-None-Match", header.replace("TAG", tag))
                        .through(endpoint)
                        .status())
                .isEqualTo(304);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"x\"", "x", "W/\"x\"", "\"*\"", ","})
    void anotherTagIsAnotherDocument(String header) {
        assertThat(Exchange.get(null)
                        .header("If-None-Match", header)
                        .through(endpoint)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void headHasTheHeadersAndNoBody() {
        Exchange exchange = Exchange.method("HEAD").through(endpoint);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.header("Content-Length")).isEqualTo("10");
        assertThat(exchange.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "get"})
    void otherMethodsAreNotAllowed(String method) {
        Exchange exchange = Exchange.method(method).through(endpoint);

        assertThat(exchange.status()).isEqualTo(405);
        assertThat(exchange.header("Allow")).isEqualTo("GET, HEAD");
        assertThat(exchange.body()).isEmpty();
    }

    @Test
    void theMetadataSaysWhatWorksAndNothingElse() {
        JsonObject metadata = json(Metadata.of(settings()));
        String issuer = "https://id.example.org/api/v2/auth";

        assertThat(metadata.keySet())
                .containsExactlyInAnyOrder(
                        "issuer",
                        "authorization_endpoint",
                        "token_endpoint",
                        "jwks_uri",
                        "response_types_supported",
                        "response_modes_supported",
                        "grant_types_supported",
                        "token_endpoint_auth_methods_supported",
                        "revocation_endpoint",
                        "revocation_endpoint_auth_methods_supported",
                        "introspection_endpoint",
                        "introspection_endpoint_auth_methods_supported",
                        "introspection_signing_alg_values_supported",
                        "code_challenge_methods_supported",
                        "authorization_response_iss_parameter_supported");
        assertThat(metadata.getString("issuer")).isEqualTo(issuer);
        assertThat(metadata.getString("authorization_endpoint")).isEqualTo(issuer + "/authorize");
        assertThat(metadata.getString("token_endpoint")).isEqualTo(issuer + "/token");
        assertThat(metadata.getString("revocation_endpoint")).isEqualTo(issuer + "/revoke");
        assertThat(metadata.getString("introspection_endpoint")).isEqualTo(issuer + "/introspect");
        assertThat(metadata.getString("jwks_uri")).isEqualTo(issuer + "/jwks");
        assertThat(metadata.getBoolean("authorization_response_iss_parameter_supported"))
                .isTrue();
    }

    @Test
    void a4AndA5OnlyCodeAndS256AreAdvertised() {
        JsonObject metadata = json(Metadata.of(settings()));

        assertThat(texts(metadata, "response_types_supported")).containsExactly("code");
        assertThat(texts(metadata, "response_modes_supported")).containsExactly("query");
        assertThat(texts(metadata, "code_challenge_methods_supported")).containsExactly("S256");
        assertThat(texts(metadata, "grant_types_supported"))
                .containsExactlyInAnyOrder("authorization_code", "refresh_token", "client_credentials");
        assertThat(texts(metadata, "token_endpoint_auth_methods_supported"))
                .containsExactlyInAnyOrder("client_secret_basic", "client_secret_post", "none");
        assertThat(texts(metadata, "revocation_endpoint_auth_methods_supported"))
                .containsExactlyInAnyOrder("client_secret_basic", "client_secret_post", "none");
        assertThat(texts(metadata, "introspection_endpoint_auth_methods_supported"))
                .containsExactlyInAnyOrder("client_secret_basic", "client_secret_post");
    }

    private static Iterable<String> texts(JsonObject object, String name) {
        return object.getJsonArray(name).getValuesAs(JsonString::getString);
    }
}

package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallSettingsTest {
    private static final URI ORDERS = URI.create("https://orders.example/api/1");

    private final TestTokenEndpoint endpoint = TestTokenEndpoint.numbering(60);
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "claviger.calls.orders.base-uris", "https://orders.example/api,https://stock.example",
            "claviger.calls.orders.issuer", "https://sso.example.org/auth",
            "claviger.calls.orders.client-id", "batch",
            "claviger.calls.orders.client-secret", "secret-1",
            "claviger.calls.orders.token-endpoint", endpoint.at("/token").toString()));

    @AfterEach
    void close() {
        endpoint.close();
    }

    private BearerFilter filter() {
        return new CallSettings(
                        new SmallRyeConfigBuilder()
                                .withSources(new PropertiesConfigSource(settings, "test", 100))
                                .build(),
                        "orders")
                .filter(() -> Optional.of("callers"), Map::of, () -> new TestStore("rt-0"));
    }

    @Test
    void by_default_a_client_asks_for_itself() throws IOException {
        settings.put("claviger.calls.orders.scope", " orders:read  orders:write ");
        settings.put("claviger.calls.orders.timeout", "PT3S");
        assertThat(filter().token(ORDERS)).contains("token-1");
        assertThat(filter().token(URI.create("https://stock.example/x"))).contains("token-2");
        assertThat(filter().token(URI.create("https://elsewhere.example/x"))).isEmpty();
        assertThat(endpoint.last().body())
                .isEqualTo("grant_type=client_credentials&scope=orders%3Aread+orders%3Awrite");
        assertThat(endpoint.last().header("Authorization")).isEqualTo("Basic YmF0Y2g6c2VjcmV0LTE=");
    }

    @Test
    void a_secret_may_stand_in_a_file(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), "secret-1\n");
        settings.put("claviger.calls.orders.client-secret", "file:" + file);
        filter().token(ORDERS);
        assertThat(endpoint.last().header("Authorization")).isEqualTo("Basic YmF0Y2g6c2VjcmV0LTE=");
    }

    @Test
    void a_refresh_token_comes_from_its_store() throws IOException {
        settings.put("claviger.calls.orders.token", "refresh-token");
        settings.remove("claviger.calls.orders.client-secret");
        filter().token(ORDERS);
        assertThat(endpoint.last().body()).isEqualTo("grant_type=refresh_token&refresh_token=rt-0&client_id=batch");
    }

    @Test
    void the_callers_token_needs_no_client() throws IOException {
        settings.keySet().removeIf(key -> !key.endsWith("base-uris"));
        settings.put("claviger.calls.orders.token", "caller");
        assertThat(filter().token(ORDERS)).contains("callers");
        assertThat(endpoint.count()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "base-uris, '', there is no base URI",
        "base-uris, http://orders.example, must be https",
        "base-uris, 'https://a b', cannot be used",
        "issuer, '', is missing",
        "issuer, http://sso.example.org, must be an https URL",
        "client-id, '', is missing",
        "token-endpoint, http://sso.example.org, cannot be used",
        "client-secret, file:/does/not/exist, names a file that cannot be read",
        "timeout, soon, cannot be used",
        "timeout, PT1H, cannot be used",
        "token, none, 'must be client-credentials, refresh-token or caller'",
    })
    void what_cannot_be_used_is_named_and_not_repeated(String key, String value, String why) {
        if (value.isEmpty()) {
            settings.remove("claviger.calls.orders." + key);
        } else {
            settings.put("claviger.calls.orders." + key, value);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(this::filter)
                .withMessageStartingWith("claviger.calls.orders." + key + " ")
                .withMessageContaining(why)
                .withNoCause();
    }

    @Test
    void a_client_that_asks_for_itself_has_a_secret() {
        settings.remove("claviger.calls.orders.client-secret");
        assertThatIllegalArgumentException()
                .isThrownBy(this::filter)
                .withMessage("claviger.calls.orders.client-secret is missing");
    }

    @Test
    void a_file_without_a_secret_is_named_by_its_own_key(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), " \n");
        settings.put("claviger.calls.orders.client-secret", "file:" + file);
        assertThatIllegalArgumentException()
                .isThrownBy(this::filter)
                .withMessage("claviger.calls.orders.client-secret names a file that is empty");
    }

    @Test
    void a_name_is_plain() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CallSettings(new SmallRyeConfigBuilder().build(), "orders.x"));
    }
}

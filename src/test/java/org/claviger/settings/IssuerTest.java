package org.claviger.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IssuerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://id.example.org",
                "https://id.example.org/api/v2/auth",
                "https://id.example.org:8443/auth",
                "https://192.0.2.1/auth",
                "https://[2001:db8::1]/auth",
                "http://localhost:8080/api/v2/auth",
                "http://127.0.0.1:8080/api/v2/auth",
                "http://127.1.2.3/auth",
                "http://[::1]:8080/auth"
            })
    void anIssuerIsAnHttpsUrlOrOnLoopback(String value) {
        assertThat(new Issuer(value)).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id.example.org",
                "/api/v2/auth",
                "//id.example.org",
                "https:",
                "https://",
                "https:///auth",
                "https:id.example.org",
                "ftp://id.example.org",
                "urn:example:issuer",
                "javascript:alert(1)",
                "http://id.example.org",
                "http://localhost.evil.example",
                "http://127.0.0.1.evil.example",
                "http://0.0.0.0",
                "http://10.0.0.1",
                "http://[::2]",
                "https://id.example.org/",
                "https://id.example.org/auth/",
                "https://id.example.org/auth?",
                "https://id.example.org/auth?x=y",
                "https://id.example.org/auth#",
                "https://id.example.org/auth#x",
                "https://user@id.example.org/auth",
                "https://user:swordfish@id.example.org/auth",
                "http://user@localhost/auth",
                "https://@id.example.org",
                "https://id example.org",
                "https://id.example.org/a b",
                "https://id.example.org/a\\b",
                "https://id.example.org/a\"b",
                "https://id.example.org/%zz",
                "https://id.example.org\r\nX: y",
                "https://id.exämple.org",
                "https://id.example.org/äuth",
                "https://id.example.org/a%20b",
                "https://id.example.org/a;b",
                "https://id.example.org/a,b",
                "https://id.example.org//auth"
            })
    void anythingElseIsRefusedByTheNameOfTheSetting(String value) {
        assertThatThrownBy(() -> new Issuer(value))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.issuer: ");
    }

    @ParameterizedTest
    @CsvSource({
        "https://id.example.org/auth, https://id.example.org",
        "https://id.example.org:443/auth, https://id.example.org",
        "https://id.example.org:8443/auth, https://id.example.org:8443",
        "https://ID.Example.ORG/auth, https://id.example.org",
        "https://id.example.org:80, https://id.example.org:80",
        "http://localhost/auth, http://localhost",
        "http://localhost:80/auth, http://localhost",
        "http://localhost:443/auth, http://localhost:443",
        "http://127.0.0.1:8080/auth, http://127.0.0.1:8080",
        "http://[::1]:8080/auth, http://[::1]:8080"
    })
    void theOriginIsWrittenAsBrowsersWriteIt(String issuer, String origin) {
        assertThat(new Issuer(issuer).origin()).isEqualTo(origin);
    }

    @ParameterizedTest
    @CsvSource({
        "https://id.example.org/api/v2/auth, /api/v2/auth",
        "https://id.example.org, /",
        "http://[::1]:8080/auth, /auth"
    })
    void thePathIsThatOfItsCookies(String issuer, String path) {
        assertThat(new Issuer(issuer).path()).isEqualTo(path);
    }

    @Test
    void addressesBelowTheIssuerBeginWithIt() {
        Issuer issuer = new Issuer("https://id.example.org/api/v2/auth");

        assertThat(issuer.at("/token")).isEqualTo("https://id.example.org/api/v2/auth/token");
        assertThat(issuer.adminAudience()).isEqualTo("https://id.example.org/api/v2/auth/admin");
    }

    @Test
    void onlyHttpsIsSecure() {
        assertThat(new Issuer("https://id.example.org").isSecure()).isTrue();
        assertThat(new Issuer("http://localhost").isSecure()).isFalse();
    }
}

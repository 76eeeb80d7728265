package org.claviger.authorize;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvenRedirectTest {
    @ParameterizedTest
    @CsvSource({
        "https://a.example/callback?x=y, https://a.example",
        "https://a.example:8443/callback, https://a.example:8443",
        "http://127.0.0.1:51004/callback, http://127.0.0.1:51004",
        "com.example.app:/callback, com.example.app:",
        "com.example.app://host/callback, com.example.app://host",
        // Chromium would pass over http://[::1]:51004 and stop the redirect.
        "http://[::1]:51004/callback, http:",
    })
    void a_form_may_lead_to_the_client_and_nowhere_else_that_can_be_told(String redirectUri, String formTarget) {
        assertThat(new ProvenRedirect(null, redirectUri).formTarget()).isEqualTo(formTarget);
    }
}

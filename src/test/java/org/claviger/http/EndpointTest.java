package org.claviger.http;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.audit.Origin;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.junit.jupiter.api.Test;

/** REQUIREMENTS T17. */
class EndpointTest {
    /** Can neither answer nor say so. */
    private static class Broken extends Endpoint {
        private final boolean refuses;

        Broken(boolean refuses) {
            this.refuses = refuses;
        }

        @Override
        protected String allowedMethods() {
            return "GET";
        }

        @Override
        protected void answer(HttpServletRequest request, HttpServletResponse response) throws OAuthException {
            if (refuses) {
                throw new OAuthException(ErrorCode.INVALID_REQUEST, "no");
            }
            throw new IllegalStateException("secret detail");
        }

        @Override
        protected void refuse(HttpServletRequest request, HttpServletResponse response, OAuthException refusal) {
            throw new IllegalStateException("secret page");
        }
    }

    private static void assertServerError(boolean refuses) {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            Exchange exchange = Exchange.get("").through(new Broken(refuses));

            assertThat(exchange.status()).isEqualTo(500);
            assertThat(exchange.json().getString("error")).isEqualTo("server_error");
            assertThat(exchange.body()).doesNotContain("secret");
            assertThat(exchange.header("Cache-Control")).isEqualTo("no-store");
            String incident = exchange.json().getString("error_description");
            assertThat(log.lines()).anyMatch(line -> line.contains(incident));
        }
    }

    @Test
    void anIncidentHasTheCorrelationThatTheAuditHas() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            Origin.begin(() -> new Origin("203.0.113.7", trace));
            String known = Incident.report(new IllegalStateException("a fault"));
            Origin.end();
            String other = Incident.report(new IllegalStateException("a fault"));

            assertThat(log.lines())
                    .containsExactly(
                            "CLAVIGER-0500 incident " + known + ", correlation " + trace,
                            "CLAVIGER-0500 incident " + other);
        }
    }

    @Test
    void aFaultWhosePageCannotBeRenderedIsStillAServerErrorWithAnIncident() {
        assertServerError(false);
    }

    @Test
    void aRefusalWhosePageCannotBeRenderedIsAServerErrorWithAnIncident() {
        assertServerError(true);
    }
}

package org.claviger.guard;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.security.auth.message.AuthStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.claviger.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesTest {
    private static final String HEADER = "WWW-Authenticate";

    private static final Verdict.Refused NO_TOKEN = new Verdict.Refused(401, Challenge.NO_TOKEN);

    private final Exchange exchange = Exchange.get("");

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void r2AnAnonymousCallerIsAskedForAToken(int status) throws IOException {
        HttpServletResponse response = ChallengingResponse.anonymous(exchange.response(), NO_TOKEN);

        response.setStatus(status);
        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header(HEADER)).isEqualTo("Bearer realm=\"claviger\"");

        response.setStatus(200);
        response.sendError(status);
        assertThat(exchange.status()).isEqualTo(401);
        response.setStatus(200);
        response.sendError(status, "message");
        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header("X-Message")).isEqualTo("message");
    }

    @Test
    void anApplicationsOwnChallengeStays() {
        HttpServletResponse response = ChallengingResponse.anonymous(exchange.response(), NO_TOKEN);
        response.setHeader(HEADER, "Basic realm=\"application\"");

        response.setStatus(401);

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header(HEADER)).isEqualTo("Basic realm=\"application\"");
    }

    @Test
    void anApplicationsOwnChallengeStaysForWhoIsSignedInToo() {
        HttpServletResponse response = ChallengingResponse.authenticated(exchange.response());
        response.setHeader(HEADER, "Bearer error=\"insufficient_user_authentication\"");

        response.setStatus(403);

        assertThat(exchange.status()).isEqualTo(403);
        assertThat(exchange.header(HEADER)).isEqualTo("Bearer error=\"insufficient_user_authentication\"");
    }

    @Test
    void r2ACallerWithoutTheRoleHasInsufficientScope() throws IOException {
        HttpServletResponse response = ChallengingResponse.authenticated(exchange.response());

        response.setStatus(403);
        assertThat(exchange.status()).isEqualTo(403);
        assertThat(exchange.header(HEADER)).contains("error=\"insufficient_scope\"");

        Exchange other = Exchange.get("");
        ChallengingResponse.authenticated(other.response()).sendError(403);
        assertThat(other.status()).isEqualTo(403);
        assertThat(other.header(HEADER)).contains("error=\"insufficient_scope\"");
        Exchange third = Exchange.get("");
        ChallengingResponse.authenticated(third.response()).sendError(403, "message");
        assertThat(third.status()).isEqualTo(403);
        assertThat(third.header(HEADER)).contains("error=\"insufficient_scope\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 302, 400, 404, 500, 503})
    void otherAnswersPassUnchanged(int status) throws IOException {
        for (HttpServletResponse response : new HttpServletResponse[] {
            ChallengingResponse.anonymous(exchange.response(), NO_TOKEN),
            ChallengingResponse.authenticated(exchange.response())
        }) {
            response.setStatus(status);
            assertThat(exchange.status()).isEqualTo(status);
            response.sendError(status);
            assertThat(exchange.status()).isEqualTo(status);
            assertThat(exchange.header(HEADER)).isEmpty();
        }
    }

    @Test
    void aSignedInCallersOwn401Stays() {
        ChallengingResponse.authenticated(exchange.response()).setStatus(401);

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header(HEADER)).isEmpty();
    }

    @Test
    void r2ARefusalHasStatusAndChallenge() {
        assertThat(Refusals.send(exchange.response(), new Verdict.Refused(401, Challenge.INVALID_TOKEN)))
                .isEqualTo(AuthStatus.SEND_CONTINUE);

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header(HEADER)).contains("error=\"invalid_token\"");
    }

    @Test
    void whoCannotJudgeSaysWhenToComeAgainAndDoesNotChallenge() {
        Refusals.send(exchange.response(), new Verdict.Refused(503, Challenge.NO_TOKEN));

        assertThat(exchange.status()).isEqualTo(503);
        assertThat(exchange.header("Retry-After")).isEqualTo("5");
        assertThat(exchange.header(HEADER)).isEmpty();
    }

    @Test
    void r2WithoutATokenTheChallengeHasNoError() {
        assertThat(Refusals.mandatory(exchange.request(), exchange.response(), NO_TOKEN))
                .isEqualTo(AuthStatus.SEND_CONTINUE);

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header(HEADER)).isEqualTo("Bearer realm=\"claviger\"");
    }

    @Test
    void aFilterOfTheServerThatAsksSendsItsOwnRefusal() {
        exchange.attribute("org.glassfish.soteria.security.message.request.authentication", true);

        assertThat(Refusals.mandatory(exchange.request(), exchange.response(), NO_TOKEN))
                .isEqualTo(AuthStatus.SEND_FAILURE);
        assertThat(exchange.status()).isEqualTo(200);
    }
}

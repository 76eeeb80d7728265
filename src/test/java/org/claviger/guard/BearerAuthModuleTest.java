package org.claviger.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.ISSUER;
import static org.claviger.Fixture.json;

import jakarta.security.auth.message.AuthException;
import jakarta.security.auth.message.AuthStatus;
import jakarta.security.auth.message.MessageInfo;
import jakarta.security.auth.message.callback.CallerPrincipalCallback;
import jakarta.security.auth.message.callback.GroupPrincipalCallback;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.claviger.CapturedLog;
import org.claviger.Exchange;
import org.claviger.Fixture;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.client.Clients;
import org.claviger.jose.JwtSigner;
import org.claviger.jose.JwtVerifier;
import org.claviger.jose.TokenType;
import org.claviger.oauth.Scope;
import org.claviger.settings.GuardedApplication;
import org.junit.jupiter.api.Test;

class BearerAuthModuleTest {
    private static final String IS_MANDATORY = "jakarta.security.auth.message.MessagePolicy.isMandatory";

    private static final GuardedApplication APPLICATION =
            new GuardedApplication(ISSUER, Scope.EMPTY, "groups", Map.of());

    private final Clients clients = Fixture.clients(
            TestDatabase.empty(), json("{'client_id':'web','redirect_uris':['https://web.example.org/callback']}"));
    private final BearerGuard guard = new BearerGuard(
            BearerGuardTest.live(
                    new JwtVerifier(ISSUER, Fixture.Keys.SIGNING::published, new TestClock()),
                    clients,
                    new TestClock()),
            ISSUER);
    private final BearerGate gate = new BearerGate();
    private final List<Callback> told = new ArrayList<>();
    private final BearerAuthModule module =
            new BearerAuthModule(gate, APPLICATION, callbacks -> told.addAll(Arrays.asList(callbacks)));
    private final Subject subject = new Subject();

    BearerAuthModuleTest() {
        gate.open(guard);
        gate.unlock();
    }

    private static final class Message implements MessageInfo {
        private final Map<String, Object> map = new HashMap<>();
        private Object request;
        private Object response;

        Message(Exchange exchange) {
            request = exchange.request();
            response = exchange.response();
        }

        @Override
        public Object getRequestMessage() {
            return request;
        }

        @Override
        public Object getResponseMessage() {
            return response;
        }

        @Override
        public void setRequestMessage(Object message) {
            request = message;
        }

        @Override
        public void setResponseMessage(Object message) {
            response = message;
        }

        @Override
        public Map<String, Object> getMap() {
            return map;
        }

        HttpServletRequest servletRequest() {
            return (HttpServletRequest) request;
        }
    }

    private static String token() {
        long now = TestClock.START.getEpochSecond();
        return new JwtSigner()
                .sign(
                        TokenType.AT_JWT,
                        Map.of(
                                "iss",
                                ISSUER,
                                "sub",
                                "s",
                                "aud",
                                ISSUER,
                                "exp",
                                now + 900,
                                "iat",
                                now,
                                "jti",
                                "j",
                                "client_id",
                                "web",
                                "upn",
                                "alice",
                                "groups",
                                List.of("user", "orders")),
                        Fixture.signingKey());
    }

    private Principal toldCaller() {
        return told.stream()
                .filter(CallerPrincipalCallback.class::isInstance)
                .map(CallerPrincipalCallback.class::cast)
                .findFirst()
                .orElseThrow()
                .getPrincipal();
    }

    @Test
    void aValidTokenMakesTheCallerAndItsGroups() throws AuthException {
        Exchange exchange = Exchange.get("").header("Authorization", "Bearer " + token());
        Message message = new Message(exchange);

        assertThat(module.validateRequest(message, subject, null)).isEqualTo(AuthStatus.SUCCESS);

        assertThat(toldCaller()).isInstanceOf(CallerToken.class);
        assertThat(toldCaller().getName()).isEqualTo("alice");
        assertThat(told)
                .filteredOn(GroupPrincipalCallback.class::isInstance)
                .singleElement()
                .satisfies(groups -> assertThat(((GroupPrincipalCallback) groups).getGroups())
                        .containsExactlyInAnyOrder("user", "orders"));
        assertThat(message.map).containsEntry("jakarta.servlet.http.authType", "Bearer");

        // Its roles are its groups, also those that the application never declared.
        exchange.caller(toldCaller());
        assertThat(message.servletRequest().isUserInRole("orders")).isTrue();
        ((HttpServletResponse) message.response).setStatus(403);
        assertThat(exchange.header("WWW-Authenticate")).contains("insufficient_scope");
    }

    @Test
    void withoutATokenAnOpenResourceSeesNobody() throws AuthException {
        Exchange exchange = Exchange.get("");
        Message message = new Message(exchange);

        assertThat(module.validateRequest(message, subject, null)).isEqualTo(AuthStatus.SUCCESS);

        assertThat(toldCaller()).isNull();
        assertThat(message.servletRequest()).isSameAs(exchange.request());
        ((HttpServletResponse) message.response).setStatus(403);
        assertThat(exchange.status()).isEqualTo(401);
    }

    @Test
    void r2WithoutATokenAProtectedResourceIsRefused() throws AuthException {
        Exchange exchange = Exchange.get("");
        Message message = new Message(exchange);
        message.map.put(IS_MANDATORY, "true");

        assertThat(module.validateRequest(message, subject, null)).isEqualTo(AuthStatus.SEND_CONTINUE);

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"claviger\"");
        assertThat(told).isEmpty();
    }

    @Test
    void aBadTokenIsRefusedOnAnOpenResourceToo() throws AuthException {
        Exchange exchange = Exchange.get("").header("Authorization", "Bearer x");

        assertThat(module.validateRequest(new Message(exchange), subject, null)).isEqualTo(AuthStatus.SEND_CONTINUE);

        assertThat(exchange.status()).isEqualTo(401);
        assertThat(exchange.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
        assertThat(told).isEmpty();
    }

    @Test
    void aServerThatTakesNoCallerGetsAnException() {
        BearerAuthModule refused = new BearerAuthModule(gate, APPLICATION, callbacks -> {
            throw new IOException("no");
        });

        assertThatThrownBy(() -> refused.validateRequest(new Message(Exchange.get("")), subject, null))
                .isInstanceOf(AuthException.class);
    }

    @Test
    void whoCannotTellTheServerLetsNobodyIn() throws AuthException {
        BearerAuthModule broken = new BearerAuthModule(gate, APPLICATION, callbacks -> {
            throw new UnsupportedCallbackException(callbacks[0]);
        });
        Exchange exchange = Exchange.get("").header("Authorization", "Bearer " + token());
        Message message = new Message(exchange);
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(broken.validateRequest(message, subject, null)).isEqualTo(AuthStatus.SEND_CONTINUE);

            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0500 incident ");
        }
        assertThat(exchange.status()).isEqualTo(503);
        assertThat(message.servletRequest()).isSameAs(exchange.request());
    }

    @Test
    void onAServerThatCannotBeReliedOnNobodyGetsIn() throws AuthException {
        BearerGate locked = new BearerGate();
        locked.open(guard);
        for (Exchange exchange :
                List.of(Exchange.get(""), Exchange.get("").header("Authorization", "Bearer " + token()))) {
            assertThat(new BearerAuthModule(locked, APPLICATION, callbacks -> told.addAll(Arrays.asList(callbacks)))
                            .validateRequest(new Message(exchange), subject, null))
                    .isEqualTo(AuthStatus.SEND_CONTINUE);
            assertThat(exchange.status()).isEqualTo(503);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void r8NothingOfACallerStays() {
        subject.getPrincipals().add(() -> "alice");

        module.cleanSubject(new Message(Exchange.get("")), subject);

        assertThat(subject.getPrincipals()).isEmpty();
        module.cleanSubject(new Message(Exchange.get("")), null);
    }

    @Test
    void rolesAreThoseOfTheServerAndTheGroupsOfTheCaller() throws AuthException {
        Exchange exchange = Exchange.get("").header("Authorization", "Bearer " + token());
        Message message = new Message(exchange);
        module.validateRequest(message, subject, null);
        HttpServletRequest request = message.servletRequest();

        exchange.caller(toldCaller(), "mapped");
        assertThat(request.isUserInRole("mapped")).isTrue();
        assertThat(request.isUserInRole("user")).isTrue();
        assertThat(request.isUserInRole("**")).isTrue();
        assertThat(request.isUserInRole("admin")).isFalse();
        assertThat(request.isUserInRole("User")).isFalse();
    }

    @Test
    void r8WhoIsNoLongerTheCallerHasNoneOfItsRoles() throws AuthException {
        Exchange exchange = Exchange.get("").header("Authorization", "Bearer " + token());
        Message message = new Message(exchange);
        module.validateRequest(message, subject, null);
        HttpServletRequest request = message.servletRequest();

        exchange.caller(null);
        assertThat(request.isUserInRole("user")).isFalse();
        assertThat(request.isUserInRole("**")).isFalse();
        exchange.caller(() -> "alice", "other");
        assertThat(request.isUserInRole("user")).isFalse();
        assertThat(request.isUserInRole("other")).isTrue();
    }

    @Test
    void theModuleIsForServlets() {
        assertThat(module.getSupportedMessageTypes())
                .containsExactly(HttpServletRequest.class, HttpServletResponse.class);
        assertThat(module.secureResponse(new Message(Exchange.get("")), null)).isEqualTo(AuthStatus.SEND_SUCCESS);
    }
}

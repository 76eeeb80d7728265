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
import java.util.Optional;
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
import org.claviger.oauth.ClientId;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.settings.GuardedApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    // --- Browsers

    private static final ClientId BROWSER_CLIENT = new ClientId("web");
    private static final GuardedApplication WITH_BROWSERS =
            new GuardedApplication(ISSUER, Scope.EMPTY, "groups", Map.of(), Optional.of(BROWSER_CLIENT));

    /** A request whose cookie header is the token of its session, and which is a navigation if it says so. */
    private static final class Callers implements BrowserCallers {
        @Override
        public Optional<String> token(HttpServletRequest request, ClientId client) throws OAuthException {
            String cookie = request.getHeader("Cookie");
            if ("foreign".equals(cookie)) {
                throw new OAuthException(ErrorCode.INVALID_REQUEST, "another site");
            }
            if ("unknown".equals(cookie)) {
                throw new OAuthException(ErrorCode.TEMPORARILY_UNAVAILABLE, "away");
            }
            if ("broken".equals(cookie)) {
                throw new IllegalStateException("of a test");
            }
            return Optional.ofNullable(cookie);
        }

        @Override
        public boolean canSignIn(HttpServletRequest request) {
            return request.getHeader("Sec-Fetch-Mode") != null;
        }

        @Override
        public void signIn(HttpServletRequest request, HttpServletResponse response, ClientId client) {
            assertThat(client).isEqualTo(BROWSER_CLIENT);
            response.setStatus(303);
            response.setHeader("Location", "sign-in");
        }

        @Override
        public boolean answer(HttpServletRequest request, HttpServletResponse response, ClientId client) {
            return "ours".equals(request.getHeader("X-Path"));
        }
    }

    private Message ask(Exchange exchange, boolean mandatory, AuthStatus expected) throws AuthException {
        gate.open(guard, new Callers());
        Message message = new Message(exchange);
        message.map.put(IS_MANDATORY, Boolean.toString(mandatory));
        BearerAuthModule browsers =
                new BearerAuthModule(gate, WITH_BROWSERS, callbacks -> told.addAll(Arrays.asList(callbacks)));
        assertThat(browsers.validateRequest(message, subject, null)).isEqualTo(expected);
        return message;
    }

    @Test
    void theTokenOfASessionIsJudgedLikeOneFromTheHeader() throws AuthException {
        Exchange good = Exchange.get(null).header("Cookie", token());
        ask(good, true, AuthStatus.SUCCESS);
        assertThat(toldCaller().getName()).isEqualTo("alice");
        assertThat(good.header("Cache-Control")).isEqualTo("private");

        Exchange bad = Exchange.get(null).header("Cookie", token() + "x").header("Sec-Fetch-Mode", "navigate");
        ask(bad, true, AuthStatus.SEND_CONTINUE);
        assertThat(bad.status()).as("and not led to sign in, again and again").isEqualTo(401);
    }

    /** Or a cache would give it to somebody who is signed in (RFC 9110 section 12.5.5). */
    @Test
    void whatAnybodyGetsWithoutASessionSaysThatItDependsOnTheCookie() throws AuthException {
        Exchange open = Exchange.get(null);
        ask(open, false, AuthStatus.SUCCESS);
        assertThat(open.header("Vary")).isEqualTo("Cookie");
        assertThat(open.header("Cache-Control")).isEmpty();

        Exchange withoutBrowsers = Exchange.get(null);
        module.validateRequest(new Message(withoutBrowsers), subject, null);
        assertThat(withoutBrowsers.header("Vary")).isEmpty();
    }

    @Test
    void whatAnotherSiteMayHaveSentIsCountedAsThat() throws AuthException {
        List<Judgement> counted = new ArrayList<>();
        gate.tell((judgement, nanos) -> counted.add(judgement));
        Exchange foreign = Exchange.get(null).header("Cookie", "foreign");
        ask(foreign, true, AuthStatus.SEND_CONTINUE);

        assertThat(foreign.status()).isEqualTo(403);
        assertThat(counted).containsExactly(Judgement.FOREIGN_REQUEST);
    }

    @Test
    void anAuthorizationHeaderWinsOverASession() throws AuthException {
        Exchange both = Exchange.get(null).header("Cookie", token()).header("Authorization", "Bearer garbage");
        ask(both, true, AuthStatus.SEND_CONTINUE);
        assertThat(both.status()).isEqualTo(401);

        Exchange basic = Exchange.get(null).header("Cookie", token()).header("Authorization", "Basic eDp5");
        ask(basic, true, AuthStatus.SEND_CONTINUE);
        assertThat(basic.status()).isEqualTo(401);
    }

    @Test
    void anApplicationWithoutBrowsersTakesNoSession() throws AuthException {
        gate.open(guard, new Callers());
        Exchange exchange = Exchange.get(null).header("Cookie", token()).header("Sec-Fetch-Mode", "navigate");
        Message message = new Message(exchange);
        message.map.put(IS_MANDATORY, "true");
        assertThat(module.validateRequest(message, subject, null)).isEqualTo(AuthStatus.SEND_CONTINUE);
        assertThat(exchange.status()).isEqualTo(401);
    }

    @Test
    void whatAnotherSiteSentIsRefused() throws AuthException {
        Exchange exchange = Exchange.get(null).header("Cookie", "foreign");
        ask(exchange, false, AuthStatus.SEND_CONTINUE);
        assertThat(exchange.status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"unknown, 0", "broken, 1"})
    void whereASessionCannotBeJudgedOnlyWhatIsOpenToAnybodyIsOpen(String cookie, int logged) throws Exception {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            Exchange open = Exchange.get(null).header("Cookie", cookie).header("Sec-Fetch-Mode", "navigate");
            Message message = ask(open, false, AuthStatus.SUCCESS);
            assertThat(open.status()).isEqualTo(200);
            assertThat(log.lines()).hasSize(logged);
            ((HttpServletResponse) message.getResponseMessage()).sendError(403);
            assertThat(open.status()).as("and nobody is led to sign in").isEqualTo(503);
        }
        Exchange mandatory = Exchange.get(null).header("Cookie", cookie).header("Sec-Fetch-Mode", "navigate");
        ask(mandatory, true, AuthStatus.SEND_CONTINUE);
        assertThat(mandatory.status()).isEqualTo(503);
    }

    @Test
    void aPersonIsLedToSignInWhereSomebodyMustBeKnown() throws Exception {
        Exchange mandatory = Exchange.get(null).header("Sec-Fetch-Mode", "navigate");
        ask(mandatory, true, AuthStatus.SEND_CONTINUE);
        assertThat(mandatory.status()).isEqualTo(303);

        for (int status : new int[] {401, 403}) {
            Exchange byAnnotation = Exchange.get(null).header("Sec-Fetch-Mode", "navigate");
            Message message = ask(byAnnotation, false, AuthStatus.SUCCESS);
            assertThat(byAnnotation.status()).isEqualTo(200);
            ((HttpServletResponse) message.getResponseMessage()).sendError(status);
            assertThat(byAnnotation.status()).isEqualTo(303);
        }

        Exchange program = Exchange.get(null);
        ask(program, true, AuthStatus.SEND_CONTINUE);
        assertThat(program.status()).isEqualTo(401);
    }

    @Test
    void whatPagesAskOfUsDoesNotReachTheApplication() throws AuthException {
        ask(Exchange.get(null).header("X-Path", "ours"), false, AuthStatus.SEND_CONTINUE);
        assertThat(told).isEmpty();
    }

    @Test
    void beforeAnythingCanBeJudgedASessionOpensNothing() throws AuthException {
        BearerGate closed = new BearerGate();
        closed.unlock();
        Exchange exchange = Exchange.get(null).header("Cookie", token()).header("Sec-Fetch-Mode", "navigate");
        Message message = new Message(exchange);
        message.map.put(IS_MANDATORY, "true");
        assertThat(new BearerAuthModule(closed, WITH_BROWSERS, callbacks -> {}).validateRequest(message, subject, null))
                .isEqualTo(AuthStatus.SEND_CONTINUE);
        assertThat(exchange.status()).isEqualTo(503);
    }
}

package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.inject.Instance;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.claviger.Parallel;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class CurrentCallerTest {
    private static final ThreadLocal<HttpServletRequest> CURRENT = new ThreadLocal<>();
    private static final Principal ALICE = () -> "alice";

    /** An interface of which only these methods answer. */
    private static <T> T fake(Class<T> type, Map<String, Supplier<Object>> methods) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> methods.getOrDefault(
                                method.getName(), () -> {
                                    throw new UnsupportedOperationException(method.toString());
                                })
                        .get()));
    }

    private static HttpServletRequest request(Principal caller, String authType, String... authorization) {
        return fake(
                HttpServletRequest.class,
                Map.of(
                        "getUserPrincipal", () -> caller,
                        "getAuthType", () -> authType,
                        "getHeaders", () -> Collections.enumeration(List.of(authorization))));
    }

    private static Principal jsonWebToken(String raw) {
        return fake(JsonWebToken.class, Map.of("getRawToken", () -> raw, "getName", () -> "alice"));
    }

    @SuppressWarnings("unchecked")
    private static CurrentCaller during(Supplier<Object> request) {
        return new CurrentCaller(fake(Instance.class, Map.of("isResolvable", () -> true, "get", request)));
    }

    private static Optional<String> token(HttpServletRequest request) {
        return during(() -> request).token();
    }

    @Test
    void the_token_is_that_of_the_principal_whatever_the_request_says() {
        assertThat(token(request(jsonWebToken("verified"), "Bearer", "Bearer another")))
                .contains("verified");
        assertThat(token(request(jsonWebToken("of-the-session"), null))).contains("of-the-session");
    }

    @Test
    void a_principal_that_does_not_tell_its_token_has_the_one_of_the_request() {
        assertThat(token(request(jsonWebToken(null), null, "Bearer sent"))).contains("sent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "BEARER", "MP-JWT", "BEARER_TOKEN"})
    void where_the_server_has_verified_the_header_it_goes_on(String authType) {
        assertThat(token(request(ALICE, authType, "bearer sent"))).contains("sent");
    }

    /** Who signed in otherwise can put anything there. */
    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"FORM", "BASIC", "DIGEST", "CLIENT_CERT", ""})
    void a_header_by_which_nobody_was_authenticated_does_not_go_on(String authType) {
        assertThat(token(request(ALICE, authType, "Bearer sent"))).isEmpty();
    }

    @Test
    void an_anonymous_caller_has_none() {
        assertThat(token(request(null, "Bearer", "Bearer sent"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"Basic eDp5", "Bearer", "'Bearer '", "Bearer a b", "'Bearer a,Bearer b'"})
    void what_is_no_bearer_token_is_none(String header) {
        assertThat(token(request(ALICE, "Bearer", header))).isEmpty();
    }

    @Test
    void two_headers_are_none() {
        assertThat(token(request(ALICE, "Bearer", "Bearer a", "Bearer a"))).isEmpty();
        assertThat(token(request(ALICE, "Bearer"))).isEmpty();
    }

    @Test
    void outside_of_requests_there_is_none() {
        assertThat(during(() -> {
                            throw new ContextNotActiveException();
                        })
                        .token())
                .isEmpty();
        assertThat(during(() -> {
                            throw new IllegalStateException();
                        })
                        .token())
                .isEmpty();
    }

    @Test
    void two_callers_at_once_have_their_own_tokens() {
        CurrentCaller caller = during(CURRENT::get);
        AtomicInteger number = new AtomicInteger();
        assertThat(Parallel.run(2, () -> {
                    String own = "of-" + number.incrementAndGet();
                    CURRENT.set(request(jsonWebToken(own), "Bearer"));
                    for (int i = 0; i < 1000; i++) {
                        assertThat(caller.token()).contains(own);
                    }
                    return own;
                }))
                .containsExactlyInAnyOrder("of-1", "of-2");
    }

    @Test
    void a_token_that_a_service_refuses_is_not_replaced() throws IOException {
        assertThat(during(() -> request(jsonWebToken("verified"), "Bearer")).replace("verified"))
                .isEmpty();
    }
}

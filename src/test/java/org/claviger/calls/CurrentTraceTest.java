package org.claviger.calls;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.inject.Instance;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Supplier;
import org.claviger.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurrentTraceTest {
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @SuppressWarnings("unchecked")
    private static CurrentTrace during(boolean isResolvable, Supplier<HttpServletRequest> request) {
        return new CurrentTrace((Instance<HttpServletRequest>) Proxy.newProxyInstance(
                Instance.class.getClassLoader(),
                new Class<?>[] {Instance.class},
                (self, method, arguments) -> method.getName().equals("isResolvable") ? isResolvable : request.get()));
    }

    private static Map<String, String> trace(Exchange exchange) {
        return during(true, exchange::request).get();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PARENT,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what.the.future.has",
            })
    void the_trace_is_that_of_the_request_as_it_came(String parent) {
        Exchange exchange = Exchange.get("")
                .header("traceparent", parent)
                .header("tracestate", "rojo=00f067aa0ba902b7")
                .header("tracestate", "congo=t61rcWkgMzE")
                .header("baggage", "user=alice");
        assertThat(trace(exchange))
                .isEqualTo(Map.of("traceparent", parent, "tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-a b",
            })
    void what_is_malformed_is_none(String parent) {
        assertThat(trace(Exchange.get("").header("traceparent", parent).header("tracestate", "a=b")))
                .isEmpty();
    }

    @Test
    void of_two_none_counts_and_a_tracestate_that_is_too_long_is_left_out() {
        assertThat(trace(Exchange.get("").header("traceparent", PARENT).header("traceparent", PARENT)))
                .isEmpty();
        assertThat(trace(Exchange.get("").header("traceparent", PARENT).header("tracestate", "a=" + "x".repeat(511))))
                .isEqualTo(Map.of("traceparent", PARENT));
    }

    @Test
    void where_there_is_no_request_there_is_no_trace() {
        assertThat(during(false, () -> null).get()).isEmpty();
        assertThat(during(true, () -> {
                            throw new ContextNotActiveException("none");
                        })
                        .get())
                .isEmpty();
    }
}

package org.claviger;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.function.Supplier;
import org.claviger.audit.Origin;
import org.claviger.http.Caller;
import org.claviger.http.Requests;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.claviger.trace.Trace;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Lets the audit know where a request came from, for as long as it is answered. */
final class OriginFilter implements Filter {
    private final Supplier<Settings> settings;
    private final RandomTokens tokens;

    OriginFilter(Supplier<Settings> settings, RandomTokens tokens) {
        this.settings = settings;
        this.tokens = tokens;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            if (request instanceof HttpServletRequest asked) {
                Origin.begin(() -> new Origin(
                        Caller.of(asked, settings.get().trustedProxies()).address(),
                        Origin.correlation(Requests.headers(asked, Requests.TRACEPARENT), () -> Trace.id()
                                .orElseGet(tokens::hexadecimal)),
                        actor(asked)));
            }
            chain.doFilter(request, response);
        } finally {
            Origin.end();
        }
    }

    /** Of a token that opens administration, for no other makes a caller here. */
    private static String actor(HttpServletRequest asked) {
        return asked.getUserPrincipal() instanceof JsonWebToken token ? token.getSubject() : "";
    }
}

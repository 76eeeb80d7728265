package org.claviger;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/** Stands on the path of an endpoint from the first moment; until there is one, something else answers. */
final class DeferredEndpoint extends HttpServlet {
    private final Supplier<Optional<Servlet>> endpoint;
    private final Servlet untilThen;

    DeferredEndpoint(Supplier<Optional<Servlet>> endpoint, Servlet untilThen) {
        this.endpoint = endpoint;
        this.untilThen = untilThen;
    }

    @Override
    public void service(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        endpoint.get().orElse(untilThen).service(request, response);
    }
}

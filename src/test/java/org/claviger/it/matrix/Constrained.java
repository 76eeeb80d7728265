package org.claviger.it.matrix;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.HttpConstraint;
import jakarta.servlet.annotation.ServletSecurity;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A servlet that the container protects; it answers from another thread where it is asked to. */
@WebServlet(
        urlPatterns = {"/constrained", "/constrained/async"},
        asyncSupported = true)
@ServletSecurity(@HttpConstraint(rolesAllowed = "orders"))
public class Constrained extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getServletPath().endsWith("/async")) {
            AsyncContext later = request.startAsync();
            later.start(() -> {
                answer(request, response);
                later.complete();
            });
        } else {
            answer(request, response);
        }
    }

    private static void answer(HttpServletRequest request, HttpServletResponse response) {
        try {
            response.getWriter().print(request.getUserPrincipal().getName());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

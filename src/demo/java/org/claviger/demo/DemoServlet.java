package org.claviger.demo;

import jakarta.json.Json;
import jakarta.json.JsonWriter;
import jakarta.servlet.annotation.HttpConstraint;
import jakarta.servlet.annotation.ServletSecurity;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The same answer from a servlet, which the container protects before it is called. */
@WebServlet("/servlet")
@ServletSecurity(@HttpConstraint(rolesAllowed = "user"))
public class DemoServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("application/json");
        try (JsonWriter writer = Json.createWriter(response.getOutputStream())) {
            writer.write(Answer.of(request.getUserPrincipal(), request::isUserInRole));
        }
    }
}

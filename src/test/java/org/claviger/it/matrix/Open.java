package org.claviger.it.matrix;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Open to all; answers who called, and whether there is a session. */
@WebServlet("/open")
public class Open extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String caller = request.getUserPrincipal() == null
                ? "nobody"
                : request.getUserPrincipal().getName();
        response.getWriter().print(caller + (request.getSession(false) == null ? "" : " in a session"));
    }
}

package org.claviger.it;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** An application that is open to all and reads a form; it answers with the caller and the field {@code access_token}. */
@WebServlet("/echo")
public class FormServlet extends HttpServlet {
    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String caller = request.getUserPrincipal() == null
                ? "nobody"
                : request.getUserPrincipal().getName();
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().print(caller + " sent " + request.getParameter("access_token"));
    }
}

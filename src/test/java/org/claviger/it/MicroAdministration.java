package org.claviger.it;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;

/** Deploys and undeploys on Payara Micro, which has no administration from outside: by the interface that it has for programs. */
@WebServlet("/")
public class MicroAdministration extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            Class<?> boot = Class.forName("fish.payara.micro.PayaraMicro");
            Object micro = boot.getMethod("getInstance").invoke(null);
            Object runtime = micro.getClass().getMethod("getRuntime").invoke(micro);
            String war = request.getParameter("deploy");
            Object done = war != null
                    ? runtime.getClass().getMethod("deploy", File.class).invoke(runtime, new File(war))
                    : runtime.getClass()
                            .getMethod("undeploy", String.class)
                            .invoke(runtime, request.getParameter("undeploy"));
            response.setStatus(Boolean.FALSE.equals(done) ? 500 : 200);
        } catch (ReflectiveOperationException refused) {
            throw new IOException(refused);
        }
    }
}

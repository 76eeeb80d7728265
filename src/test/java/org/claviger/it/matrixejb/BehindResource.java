package org.claviger.it.matrixejb;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Open itself; the bean behind it decides. */
@Path("behind")
@RequestScoped
public class BehindResource {
    @Inject
    private Bean bean;

    @GET
    public String role() {
        return bean.role();
    }

    @GET
    @Path("any-role")
    public String anyRole() {
        return bean.anyRole();
    }
}

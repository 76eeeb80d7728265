package org.claviger.it.matrixejb;

import jakarta.annotation.Resource;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** A resource that is a bean itself. */
@Path("stateless")
@Stateless
@RolesAllowed("orders")
public class StatelessResource {
    @Resource
    private SessionContext session;

    @GET
    public String role() {
        return session.getCallerPrincipal().getName();
    }

    @GET
    @Path("permitted")
    @PermitAll
    public String permitted() {
        return "permitted";
    }

    @GET
    @Path("denied")
    @DenyAll
    public String denied() {
        return "denied";
    }
}

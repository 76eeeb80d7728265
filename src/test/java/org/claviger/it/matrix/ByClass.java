package org.claviger.it.matrix;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** Annotations on the class, and those on methods that overrule them. */
@Path("by-class")
@RolesAllowed("orders")
@RequestScoped
public class ByClass {
    @GET
    public String role() {
        return "role";
    }

    @GET
    @Path("other-role")
    @RolesAllowed("admin")
    public String otherRole() {
        return "other role";
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

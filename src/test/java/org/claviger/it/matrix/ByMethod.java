package org.claviger.it.matrix;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;

/** Annotations on methods, in a bean that all callers share. */
@Path("by-method")
@ApplicationScoped
public class ByMethod {
    @GET
    @Path("role")
    @RolesAllowed("orders")
    public String role() {
        return "role";
    }

    @GET
    @Path("any-role")
    @RolesAllowed("**")
    public String anyRole() {
        return "any role";
    }

    @GET
    @Path("permitted")
    @PermitAll
    public String permitted() {
        return "permitted";
    }

    @GET
    @Path("unannotated")
    public String unannotated() {
        return "unannotated";
    }

    @GET
    @Path("denied")
    @DenyAll
    public String denied() {
        return "denied";
    }

    /** Answers later, from a thread that has nothing to do with the request. */
    @GET
    @Path("async")
    @RolesAllowed("orders")
    public void async(@Suspended AsyncResponse response, @Context SecurityContext security) {
        String caller = security.getUserPrincipal().getName();
        new Thread(() -> response.resume(caller)).start();
    }

    /** The application's own decision. */
    @GET
    @Path("own-403")
    public Response own() {
        return Response.status(403)
                .header("X-Own", "yes")
                .entity("not on Sundays")
                .build();
    }
}

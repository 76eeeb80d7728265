package org.claviger.it.denied;

import jakarta.annotation.security.DenyAll;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

/** What Payara does not close. */
@Path("denied")
@RequestScoped
@DenyAll
public class DeniedByClass {
    @GET
    public String unannotated() {
        return "open";
    }

    @GET
    @Path("method")
    @DenyAll
    public String method() {
        return "never";
    }
}

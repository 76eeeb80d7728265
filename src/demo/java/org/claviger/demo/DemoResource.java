package org.claviger.demo;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;

/** One endpoint for each way to protect a JAX-RS method; all of them answer with who called. */
@Path("")
@Produces(MediaType.APPLICATION_JSON)
@RequestScoped
public class DemoResource {

    @Inject
    private DemoBean bean;

    @GET
    @Path("public")
    @PermitAll
    public JsonObject everybody(@Context SecurityContext security) {
        return answer(security);
    }

    /** Without an annotation a method is open, as the specification has it. */
    @GET
    @Path("open")
    public JsonObject open(@Context SecurityContext security) {
        return answer(security);
    }

    @GET
    @Path("user")
    @RolesAllowed("user")
    public JsonObject user(@Context SecurityContext security) {
        return answer(security);
    }

    @GET
    @Path("admin")
    @RolesAllowed("admin")
    public JsonObject admin(@Context SecurityContext security) {
        return answer(security);
    }

    /** The annotation stands on the method because Payara does not enforce {@code @DenyAll} on a resource class. */
    @GET
    @Path("denied")
    @DenyAll
    public JsonObject denied(@Context SecurityContext security) {
        return answer(security);
    }

    /** Open here, protected one layer below: the refusal comes as an exception, see {@link DeniedByBean}. */
    @GET
    @Path("ejb")
    public JsonObject bean() {
        return bean.answer();
    }

    private static JsonObject answer(SecurityContext security) {
        return Answer.of(security.getUserPrincipal(), security::isUserInRole);
    }
}

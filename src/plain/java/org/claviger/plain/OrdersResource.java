package org.claviger.plain;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;

/**
 * Answers with the name of the caller, who needs the role {@code orders}. It is a CDI bean because Payara's filter for
 * {@code @RolesAllowed} asks CDI for help: in an application without any bean it fails the deployment.
 */
@Path("orders")
@RolesAllowed("orders")
@RequestScoped
public class OrdersResource {

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public JsonObject orders(@Context SecurityContext security) {
        return Json.createObjectBuilder()
                .add("caller", security.getUserPrincipal().getName())
                .build();
    }
}

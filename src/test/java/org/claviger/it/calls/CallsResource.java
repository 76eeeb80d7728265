package org.claviger.it.calls;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.rest.client.inject.RestClient;

/** Passes on what it says. */
@Path("orders")
@RequestScoped
@RolesAllowed("user")
public class CallsResource {
    @Inject
    @RestClient
    Orders orders;

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public JsonObject orders() {
        return orders.list();
    }
}

package org.claviger.it.calls;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import org.claviger.calls.Calls;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Calls itself, and passes on what the call says of its trace. */
@Path("trace")
@RequestScoped
@RolesAllowed("user")
public class TraceResource {
    @Inject
    Calls calls;

    @Inject
    @ConfigProperty(name = "claviger.calls.trace.base-uris")
    String here;

    @GET
    public String call() {
        try (Client client = ClientBuilder.newClient().register(calls.filter("trace"))) {
            return client.target(here).path("seen").request().get(String.class);
        }
    }

    @GET
    @Path("seen")
    public String seen(@Context HttpHeaders headers) {
        return headers.getRequestHeader("traceparent") + " " + headers.getRequestHeader("tracestate");
    }
}

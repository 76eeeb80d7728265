package org.claviger.demo;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.claviger.calls.Calls;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Calls another application, which answers to whom it is: once as this application, once as whoever calls here. */
@Path("orders")
@Produces(MediaType.APPLICATION_JSON)
@ApplicationScoped
@RolesAllowed("user")
public class CallResource {

    @Inject
    private Calls calls;

    @Inject
    @ConfigProperty(name = "claviger.calls.orders.base-uris")
    private Optional<String> orders;

    private Client asItself;
    private Client asCaller;

    @PostConstruct
    void open() {
        if (orders.isPresent()) {
            asItself = ClientBuilder.newClient().register(calls.filter("orders"));
            asCaller = ClientBuilder.newClient().register(calls.filter("orders-as-caller"));
        }
    }

    @PreDestroy
    void close() {
        if (orders.isPresent()) {
            asItself.close();
            asCaller.close();
        }
    }

    @GET
    public Response asItself() {
        return call(asItself);
    }

    @GET
    @Path("as-caller")
    public Response asCaller() {
        return call(asCaller);
    }

    /** What the other application says, or 503 where there is no token or no other application. */
    private Response call(Client client) {
        if (orders.isEmpty()) {
            return Response.status(Response.Status.SERVICE_UNAVAILABLE).build();
        }
        try (Response answer =
                client.target(orders.get()).path("orders").request().get()) {
            return Response.status(answer.getStatus())
                    .type(answer.getMediaType()) // of an error, HTML perhaps
                    .entity(answer.readEntity(String.class))
                    .build();
        } catch (ProcessingException away) {
            return Response.status(Response.Status.SERVICE_UNAVAILABLE).build();
        }
    }
}

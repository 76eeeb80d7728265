package org.claviger.it.calls;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.rest.client.annotation.RegisterProvider;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

/** The application that is called. */
@ApplicationScoped
@RegisterRestClient(configKey = "orders")
@RegisterProvider(OrdersToken.class)
public interface Orders {
    @GET
    @Path("orders")
    JsonObject list();
}

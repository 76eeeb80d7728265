package org.claviger.demo;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Something that can be changed: how often each caller has clicked, in the memory of this server. */
@Path("clicks")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed("user")
@ApplicationScoped
public class ClicksResource {

    private final Map<String, Integer> clicks = new ConcurrentHashMap<>();

    @GET
    public JsonObject read(@Context SecurityContext security) {
        return answer(clicks.getOrDefault(name(security), 0));
    }

    @POST
    public JsonObject click(@Context SecurityContext security) {
        return answer(clicks.merge(name(security), 1, Integer::sum));
    }

    private static String name(SecurityContext security) {
        return security.getUserPrincipal().getName();
    }

    private static JsonObject answer(int count) {
        return Json.createObjectBuilder().add("clicks", count).build();
    }
}

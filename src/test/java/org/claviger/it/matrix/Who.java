package org.claviger.it.matrix;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;

/** What each interface says of the caller, who needs a role that stands in this one annotation and nowhere else. */
@Path("who")
@RequestScoped
public class Who {
    @Inject
    private jakarta.security.enterprise.SecurityContext security;

    @GET
    @RolesAllowed("clerk")
    @Produces(MediaType.APPLICATION_JSON)
    public JsonObject who(@Context HttpServletRequest request, @Context SecurityContext jaxrs) {
        JsonObjectBuilder says = Json.createObjectBuilder();
        says.add("servlet", of(request.getUserPrincipal()));
        says.add("jaxrs", of(jaxrs.getUserPrincipal()));
        says.add("security", of(security.getCallerPrincipal()));
        says.add("authType", String.valueOf(request.getAuthType()));
        says.add("jaxrsScheme", String.valueOf(jaxrs.getAuthenticationScheme()));
        for (String role : new String[] {"clerk", "ghost"}) {
            says.add("servlet " + role, request.isUserInRole(role));
            says.add("jaxrs " + role, jaxrs.isUserInRole(role));
            says.add("security " + role, security.isCallerInRole(role));
        }
        return says.build();
    }

    private static String of(Principal principal) {
        return principal.getName() + " " + principal.getClass().getSimpleName();
    }
}

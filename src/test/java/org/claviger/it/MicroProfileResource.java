package org.claviger.it;

import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Answers with the subject of the token. */
@Path("subject")
@RequestScoped
public class MicroProfileResource {
    @Inject
    private JsonWebToken token;

    @GET
    @RolesAllowed("user")
    public String subject() {
        return token.getSubject();
    }
}

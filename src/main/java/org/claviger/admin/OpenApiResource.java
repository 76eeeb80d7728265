package org.claviger.admin;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.oauth.Scope;
import org.claviger.settings.Settings;

/**
 * This interface as OpenAPI 3.1 describes it. The build writes the document, from {@code src/main/openapi/base.yaml} and the annotations
 * of the resources; here it gets the addresses of this installation.
 */
@Path("openapi.json")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
@CommonAnswers
public class OpenApiResource {
    /** What stands in the document for the issuer. */
    static final String PLACEHOLDER = "https://issuer.invalid";

    @Inject
    private Provider<Settings> settings;

    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "readOpenApi", summary = "This document")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "OpenApi")
    public Response read() throws IOException {
        return Response.ok(
                        document().replace(PLACEHOLDER, settings.get().issuer().at("")))
                .build();
    }

    /** As it was built. */
    static String document() throws IOException {
        try (InputStream document = OpenApiResource.class.getResourceAsStream("openapi.json")) {
            if (document == null) {
                throw new FileNotFoundException("openapi.json is not in this build");
            }
            return new String(document.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

package org.claviger.admin;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Locale;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.key.KeyLife;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.page.Pages;

/**
 * The signing keys: where each is in its life, what comes next, and what to do in an emergency. Each change is an audit event that
 * names its caller; its answer is the new list.
 */
@Path("keys")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
@CommonAnswers
public class KeysResource {
    private static final String HTML = "text/html;charset=UTF-8";

    @Inject
    private Provider<SigningKeys> keys;

    @Inject
    private Provider<Pages> pages;

    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Produces(MediaType.APPLICATION_JSON + ";qs=1")
    @Operation(operationId = "listKeys", summary = "The signing keys")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "KeysOrPage")
    public Response list() {
        return json(keys.get().overview());
    }

    /** The same to look at, with a time line. */
    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Produces(MediaType.TEXT_HTML + ";qs=0.5")
    @Operation(hidden = true) // list() says it
    public Response page(@Context HttpServletRequest request) {
        Pages frame = pages.get();
        Pages.Rendered page =
                frame.render(KeysPage.of(frame.language(request), keys.get().overview()), "../");
        Response.ResponseBuilder response = Response.ok(page.html(), HTML);
        page.headers().forEach(response::header);
        return response.build();
    }

    /** Announces successors now instead of on schedule; they sign when every verifier can know them. */
    @POST
    @Path("rotate")
    @Operation(operationId = "rotateKeys", summary = "Announces successors now")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Keys")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    public Response rotate(@Context SecurityContext caller) throws OAuthException {
        return change(() -> {
            keys.get().rotate(name(caller));
            return true;
        });
    }

    /** The key signs no more within seconds; what it has signed stays valid. */
    @POST
    @Path("{kid}/retire")
    @Operation(operationId = "retireKey", summary = "The key signs no more")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Keys")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    public Response retire(@Parameter(ref = "Key") @PathParam("kid") String kid, @Context SecurityContext caller)
            throws OAuthException {
        return change(() -> keys.get().retire(kid, name(caller)));
    }

    /** The key is in somebody else's hands: what it has signed is refused, on every node within two seconds. */
    @POST
    @Path("{kid}/compromised")
    @Operation(operationId = "compromisedKey", summary = "What the key has signed is refused")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Keys")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    public Response compromised(@Parameter(ref = "Key") @PathParam("kid") String kid, @Context SecurityContext caller)
            throws OAuthException {
        return change(() -> keys.get().compromised(kid, name(caller)));
    }

    private static String name(SecurityContext caller) {
        return caller.getUserPrincipal().getName();
    }

    private interface Change {
        /** Whether there is such a key. */
        boolean make() throws OAuthException;
    }

    private Response change(Change change) throws OAuthException {
        return change.make() ? json(keys.get().overview()) : Problem.of(404, "there is no such key");
    }

    private static Response json(SigningKeys.Overview overview) {
        JsonArrayBuilder list = Json.createArrayBuilder();
        overview.keys().forEach(key -> list.add(json(key)));
        JsonObjectBuilder json =
                Json.createObjectBuilder().add("time", overview.now().toString());
        overview.problem().ifPresent(problem -> json.add("problem", problem));
        overview.nextChange().ifPresent(change -> {
            JsonObjectBuilder next = Json.createObjectBuilder()
                    .add("at", change.at().toString())
                    .add("to", word(change.to()))
                    .add("line", change.line());
            change.kid().ifPresent(kid -> next.add("kid", kid));
            json.add("next_change", next);
        });
        return Response.ok(json.add("keys", list).build().toString(), MediaType.APPLICATION_JSON)
                .build();
    }

    private static JsonObject json(SigningKeys.Listed key) {
        KeyLife life = key.life();
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("kid", life.kid())
                .add("line", life.line())
                .add("algorithm", life.type().algorithm().value())
                .add("bits", life.type().bits())
                .add("state", word(key.state()))
                .add("announced_at", life.announcedAt().toString())
                .add("signs_from", life.signsFrom().toString())
                .add("retired_at", life.retiredAt().toString())
                .add("expires_at", life.expiresAt().toString());
        life.compromisedAt().ifPresent(at -> json.add("compromised_at", at.toString()));
        return json.build();
    }

    private static String word(KeyLife.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}

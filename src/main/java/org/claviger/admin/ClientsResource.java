package org.claviger.admin;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.security.SecurityRequirement;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.claviger.client.Registrations;
import org.claviger.client.Registrations.Registered;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.live.LiveSettings;
import org.claviger.oauth.Scope;
import org.claviger.settings.JsonMembers;
import org.jspecify.annotations.Nullable;

/**
 * The registered clients, with the member names of RFC 7591 section 2 and vetted as an import vets them. A secret is made by the
 * server, and shown in the one answer that makes it. Each change is an audit event that names its caller.
 */
@Path("clients")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
@CommonAnswers
public class ClientsResource {
    private static final String IF_MATCH = "If-Match";

    @Inject
    private Provider<Registrations> registrations;

    @Inject
    private Provider<ClientChanges> changes;

    @Inject
    private Provider<LiveSettings> settings;

    /**
     * Clients in the order of their identifiers.
     *
     * @param limit at most so many, 1 to 200
     * @param after the identifier after which to go on, which the page before says as {@code next}
     * @param name what name or identifier contain, in small letters or capitals
     */
    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "listClients", summary = "Clients, page by page")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "Clients")
    public Response list(
            @Parameter(ref = "Limit") @QueryParam("limit") @Nullable String limit,
            @Parameter(ref = "After") @QueryParam("after") @DefaultValue("") String after,
            @Parameter(ref = "Name") @QueryParam("name") @DefaultValue("") String name) {
        int size = Asked.limit(limit);
        List<Registered> found = registrations.get().list(after, size + 1, name);
        List<Registered> page = found.subList(0, Math.min(size, found.size()));
        JsonArrayBuilder list = Json.createArrayBuilder();
        page.forEach(client -> list.add(json(client)));
        JsonObjectBuilder answer = Json.createObjectBuilder().add("clients", list);
        if (found.size() > size) {
            answer.add("next", page.get(size - 1).id().value());
        }
        return Response.ok(answer.build().toString()).build();
    }

    @GET
    @Path("{client}")
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "readClient", summary = "A client")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "Client")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    public Response read(@Parameter(ref = "Client") @PathParam("client") String segment) {
        return answer(find(segment, null), Optional.empty());
    }

    /** Registers a client: 201 with its {@code client_secret} unless it is public; 409 if the identifier is taken. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createClient",
            summary = "Registers a client",
            requestBody = @RequestBody(ref = "NewClient"))
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "201", ref = "CreatedClient")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "415", ref = "UnsupportedMediaType")
    @ApiResponse(responseCode = "422", ref = "UnprocessableContent")
    public Response create(@Parameter(hidden = true) String body, @Context SecurityContext caller) {
        JsonObject entry = Asked.object(body);
        ClientChanges.Made made;
        try {
            made = Asked.vetted(() -> changes.get().create(entry, name(caller)));
        } catch (TakenException taken) {
            return Problem.of(409, taken.pointer(), taken.detail());
        }
        Registered created = made.client();
        URI location = URI.create(settings.get().get().issuer().at("/admin/clients/" + ClientSegment.of(created.id())));
        return answer(Response.created(location), created, made.secret());
    }

    /**
     * Changes what is named of a client's metadata: a JSON merge patch (RFC 7396). One that becomes confidential gets a secret, which is in
     * the answer; one that becomes public has none any more.
     *
     * @param ifMatch the {@code ETag} that the change rests on, or {@code *}; without it 428
     */
    @PATCH
    @Path("{client}")
    @Consumes({Asked.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "changeClient",
            summary = "Changes what is named of a client",
            requestBody = @RequestBody(ref = "Patch"))
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Client")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    @ApiResponse(responseCode = "415", ref = "UnsupportedMediaType")
    @ApiResponse(responseCode = "422", ref = "UnprocessableContent")
    @ApiResponse(responseCode = "428", ref = "PreconditionRequired")
    public Response change(
            @Parameter(ref = "Client") @PathParam("client") String segment,
            @Parameter(hidden = true) String body,
            @Parameter(ref = "IfMatchNeeded") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Asked.requireMatch(ifMatch);
        JsonObject patch = Asked.object(body);
        Registered seen = find(segment, ifMatch);
        ClientChanges.Made made = Asked.won(Asked.vetted(() -> changes.get().change(seen, patch, name(caller))));
        return answer(made.client(), made.secret());
    }

    /** From now on it is as if the client were not registered; what it has is not ended by that. */
    @POST
    @Path("{client}/disable")
    @Operation(operationId = "disableClient", summary = "As if the client were not registered, from now on")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Client")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    public Response disable(
            @Parameter(ref = "Client") @PathParam("client") String segment,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        return answer(Asked.won(changes.get().enable(find(segment, ifMatch), false, name(caller))), Optional.empty());
    }

    /** The client is there again, with what it has and has not ended meanwhile. */
    @POST
    @Path("{client}/enable")
    @Operation(operationId = "enableClient", summary = "The client is there again")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Client")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    public Response enable(
            @Parameter(ref = "Client") @PathParam("client") String segment,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        return answer(Asked.won(changes.get().enable(find(segment, ifMatch), true, name(caller))), Optional.empty());
    }

    /**
     * Gives a client another secret, which is in the answer. The one of now stays good for {@code claviger.client-secret-overlap}, or for
     * less if the body says so: {@code {"overlap": "PT0S"}} for a secret that somebody else knows. Of no type in particular, because
     * servers differ in what they make of a body that is not there.
     */
    @POST
    @Path("{client}/secret")
    @Operation(
            operationId = "rotateClientSecret",
            summary = "Gives a client another secret",
            requestBody = @RequestBody(ref = "Overlap"))
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Client")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    @ApiResponse(responseCode = "422", ref = "UnprocessableContent")
    public Response rotate(
            @Parameter(ref = "Client") @PathParam("client") String segment,
            @Parameter(hidden = true) @Nullable String body,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Duration most = changes.get().longestOverlap();
        Duration overlap = body == null || body.isBlank() ? most : overlap(Asked.object(body), most);
        Registered seen = find(segment, ifMatch);
        if (!ClientChanges.hasSecret(seen)) {
            return Problem.of(409, "a public client has no secret");
        }
        ClientChanges.Made made = Asked.won(changes.get().rotate(seen, overlap, name(caller)));
        return answer(made.client(), made.secret());
    }

    private static Duration overlap(JsonObject object, Duration most) {
        JsonMembers members = new JsonMembers(object, "");
        return Asked.vetted(() -> {
            Duration overlap =
                    members.text("overlap").map(ClientsResource::duration).orElse(most);
            if (overlap.isNegative() || overlap.compareTo(most) > 0) {
                throw members.refuse("overlap", "must be an ISO 8601 duration of at most " + most);
            }
            members.refuseOthers();
            return overlap;
        });
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException malformed) {
            return Duration.ofSeconds(-1);
        }
    }

    /** Removes a client, and ends all that it has; what people have allowed it is forgotten. */
    @DELETE
    @Path("{client}")
    @Operation(operationId = "deleteClient", summary = "Removes a client, and ends all that it has")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "204", ref = "Done")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    public Response delete(
            @Parameter(ref = "Client") @PathParam("client") String segment,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        if (!changes.get().delete(find(segment, ifMatch), name(caller))) {
            throw Asked.stale();
        }
        return Response.noContent().build();
    }

    private Registered find(String segment, @Nullable String ifMatch) {
        Registered found = ClientSegment.parse(segment)
                .flatMap(id -> registrations.get().find(id))
                .orElseThrow(() -> new WebApplicationException(Problem.of(404, "there is no such client")));
        Asked.match(ifMatch, found.edition());
        return found;
    }

    private static String name(SecurityContext caller) {
        return caller.getUserPrincipal().getName();
    }

    private static Response answer(Registered client, Optional<String> secret) {
        return answer(Response.ok(), client, secret);
    }

    private static Response answer(Response.ResponseBuilder response, Registered client, Optional<String> secret) {
        JsonObjectBuilder json = json(client);
        secret.ifPresent(value -> json.add("client_secret", value));
        return response.type(MediaType.APPLICATION_JSON)
                .header("ETag", Asked.etag(client.edition()))
                .entity(json.build().toString())
                .build();
    }

    private static JsonObjectBuilder json(Registered client) {
        JsonObjectBuilder json = Json.createObjectBuilder(client.metadata()).add("enabled", client.enabled());
        client.previousSecretUntil().ifPresent(until -> json.add("previous_secret_until", until.toString()));
        return json;
    }
}

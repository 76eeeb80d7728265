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
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;
import java.util.Optional;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.refresh.TokenFamilies;
import org.jspecify.annotations.Nullable;

/** What lives of a user or a client: sign-in sessions, and the token families that came from them. Each end is an audit event. */
@Path("sessions")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
@CommonAnswers
public class SessionsResource {
    private static final int MAX_LENGTH = 255;

    @Inject
    private Provider<TokenFamilies> families;

    @Inject
    private Provider<SignInSessions> sessions;

    @Inject
    private Provider<SessionChanges> changes;

    /**
     * Living families in the order of their identifiers, of a user, a client, or both.
     *
     * @param after the identifier after which to go on, which the page before says as {@code next}
     */
    @GET
    @Path("families")
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(
            operationId = "listFamilies",
            summary = "Living token families of a user, a client, or both; one of them is needed")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "Families")
    public Response families(
            @Parameter(ref = "SubjectQuery") @QueryParam("subject") @Nullable String subject,
            @Parameter(ref = "ClientQuery") @QueryParam("client_id") @Nullable String clientId,
            @Parameter(ref = "Limit") @QueryParam("limit") @Nullable String limit,
            @Parameter(ref = "After") @QueryParam("after") @DefaultValue("") String after)
            throws OAuthException {
        if (subject == null && clientId == null) {
            return Problem.of(400, "subject or client_id is missing");
        }
        int size = Asked.limit(limit);
        List<TokenFamilies.Living> found = families.get().list(subject(subject), client(clientId), after, size + 1);
        List<TokenFamilies.Living> page = found.subList(0, Math.min(size, found.size()));
        JsonArrayBuilder list = Json.createArrayBuilder();
        page.forEach(family -> list.add(json(family)));
        JsonObjectBuilder answer = Json.createObjectBuilder().add("families", list);
        if (found.size() > size) {
            answer.add("next", page.get(size - 1).authorization().family().value());
        }
        return Response.ok(answer.build().toString()).build();
    }

    private static JsonObjectBuilder json(TokenFamilies.Living family) {
        Authorization authorization = family.authorization();
        return Json.createObjectBuilder()
                .add("id", authorization.family().value())
                .add("subject", authorization.subject().value())
                .add("client_id", authorization.client().value())
                .add("scope", authorization.scope().toString())
                .add("auth_time", authorization.authTime().toString())
                .add("expires_at", family.expiresAt().toString());
    }

    /** Ends a family, with its access tokens; 404 if it is not alive. */
    @DELETE
    @Path("families/{family}")
    @Operation(operationId = "endFamily", summary = "Ends a token family, with its access tokens")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "204", ref = "Done")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    public Response endFamily(
            @Parameter(ref = "Family") @PathParam("family") String family, @Context SecurityContext caller) {
        if (!changes.get().endFamily(family, name(caller))) {
            return Problem.of(404, "there is no such family, or it has ended");
        }
        return Response.noContent().build();
    }

    /** The living sign-in sessions of a user, the last used first. */
    @GET
    @Path("sign-ins")
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "listSignIns", summary = "Living sign-in sessions of a user")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "SignIns")
    public Response signIns(
            @Parameter(ref = "SubjectNeeded") @QueryParam("subject") @Nullable String subject,
            @Parameter(ref = "Limit") @QueryParam("limit") @Nullable String limit) {
        if (subject == null) {
            return Problem.of(400, "subject is missing");
        }
        JsonArrayBuilder list = Json.createArrayBuilder();
        sessions.get()
                .list(subject(subject).orElseThrow(), Asked.limit(limit))
                .forEach(session -> list.add(Json.createObjectBuilder()
                        .add("id", session.name())
                        .add("subject", subject)
                        .add("auth_time", session.authTime().toString())
                        .add("last_used_at", session.lastUsedAt().toString())
                        .add("expires_at", session.expiresAt().toString())));
        return Response.ok(
                        Json.createObjectBuilder().add("sign_ins", list).build().toString())
                .build();
    }

    /** Ends the sign-in session of one browser; what clients got by it lives on. */
    @DELETE
    @Path("sign-ins/{session}")
    @Operation(operationId = "endSignIn", summary = "Ends a sign-in session")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "204", ref = "Done")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    public Response endSignIn(
            @Parameter(ref = "SignIn") @PathParam("session") String session, @Context SecurityContext caller) {
        if (!changes.get().endSignIn(session, name(caller))) {
            return Problem.of(404, "there is no such session");
        }
        return Response.noContent().build();
    }

    /** Ends everything that a user or a client has. */
    @DELETE
    @Operation(operationId = "endAll", summary = "Ends everything that a user or a client has; one of them is needed")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "204", ref = "Done")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    public Response endAll(
            @Parameter(ref = "SubjectQuery") @QueryParam("subject") @Nullable String subject,
            @Parameter(ref = "ClientQuery") @QueryParam("client_id") @Nullable String clientId,
            @Context SecurityContext caller) {
        if ((subject == null) == (clientId == null)) {
            return Problem.of(400, "either subject or client_id is needed");
        }
        subject(subject).ifPresent(user -> changes.get().endAll(user, name(caller)));
        client(clientId).ifPresent(client -> changes.get().endAll(client, name(caller)));
        return Response.noContent().build();
    }

    private static Optional<Subject> subject(@Nullable String value) {
        if (value != null && (value.isEmpty() || value.length() > MAX_LENGTH)) {
            throw new WebApplicationException(Problem.of(400, "subject has 1 to 255 characters"));
        }
        return Optional.ofNullable(value).map(Subject::new);
    }

    private static Optional<ClientId> client(@Nullable String value) {
        Optional<ClientId> client = Optional.ofNullable(value).flatMap(ClientId::find);
        if (value != null && client.isEmpty()) {
            throw new WebApplicationException(Problem.of(400, "client_id has 1 to 255 printable ASCII characters"));
        }
        return client;
    }

    private static String name(SecurityContext caller) {
        return caller.getUserPrincipal().getName();
    }
}

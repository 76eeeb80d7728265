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
import java.util.List;
import java.util.Optional;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.identity.Accounts;
import org.claviger.identity.Accounts.Account;
import org.claviger.identity.LastAdministratorException;
import org.claviger.identity.PasswordResets;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The users, by their {@code sub}, with the members of the import file. An administrator never knows a password: who is to have
 * another chooses it by a one-time code. Each change is an audit event that names its caller.
 */
@Path("users")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
@CommonAnswers
public class UsersResource {
    private static final String IF_MATCH = "If-Match";

    @Inject
    private Provider<Accounts> accounts;

    @Inject
    private Provider<UserChanges> changes;

    @Inject
    private Provider<Settings> settings;

    /**
     * Users in the order of their user names.
     *
     * @param limit at most so many, 1 to 200
     * @param after the user name after which to go on, which the page before says as {@code next}
     * @param name what user name, name or e-mail address contain, in small letters or capitals
     */
    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "listUsers", summary = "Users, page by page")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "Users")
    public Response list(
            @Parameter(ref = "Limit") @QueryParam("limit") @Nullable String limit,
            @Parameter(ref = "After") @QueryParam("after") @DefaultValue("") String after,
            @Parameter(ref = "Name") @QueryParam("name") @DefaultValue("") String name)
            throws OAuthException {
        int size = Asked.limit(limit);
        List<Account> found = accounts.get().list(after, size + 1, name);
        List<Account> page = found.subList(0, Math.min(size, found.size()));
        JsonArrayBuilder list = Json.createArrayBuilder();
        page.forEach(account -> list.add(json(account)));
        JsonObjectBuilder answer = Json.createObjectBuilder().add("users", list);
        if (found.size() > size) {
            answer.add("next", page.get(size - 1).owner().username());
        }
        return Response.ok(answer.build().toString()).build();
    }

    @GET
    @Path("{subject}")
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "readUser", summary = "A user")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "User")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    public Response read(@Parameter(ref = "Subject") @PathParam("subject") String subject) {
        return answer(Response.ok(), find(subject, null));
    }

    /** Registers a user, who can sign in after choosing a password; 409 if the user name is taken. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "createUser",
            summary = "Registers a user, who has no password yet",
            requestBody = @RequestBody(ref = "NewUser"))
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "201", ref = "CreatedUser")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "415", ref = "UnsupportedMediaType")
    @ApiResponse(responseCode = "422", ref = "UnprocessableContent")
    public Response create(@Parameter(hidden = true) String body, @Context SecurityContext caller) {
        JsonObject entry = Asked.object(body);
        Account created;
        try {
            created = Asked.vetted(() -> changes.get().create(entry, name(caller)));
        } catch (TakenException taken) {
            return Problem.of(409, taken.pointer(), taken.detail());
        }
        URI location = URI.create(
                settings.get().issuer().at("/admin/users/" + created.owner().subject()));
        return answer(Response.created(location), created);
    }

    /**
     * Changes name, e-mail address or groups: a JSON merge patch (RFC 7396). Groups stand in the next token; who is an administrator no
     * more loses everything at once; 409 for the last one.
     *
     * @param ifMatch the {@code ETag} that the change rests on, or {@code *}; without it 428
     */
    @PATCH
    @Path("{subject}")
    @Consumes({Asked.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            operationId = "changeUser",
            summary = "Changes name, e-mail address or groups of a user",
            requestBody = @RequestBody(ref = "Patch"))
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "User")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    @ApiResponse(responseCode = "415", ref = "UnsupportedMediaType")
    @ApiResponse(responseCode = "422", ref = "UnprocessableContent")
    @ApiResponse(responseCode = "428", ref = "PreconditionRequired")
    public Response change(
            @Parameter(ref = "Subject") @PathParam("subject") String subject,
            @Parameter(hidden = true) String body,
            @Parameter(ref = "IfMatchNeeded") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller)
            throws LastAdministratorException {
        Asked.requireMatch(ifMatch);
        JsonObject patch = Asked.object(body);
        Account seen = find(subject, ifMatch);
        return answer(Response.ok(), Asked.won(Asked.vetted(() -> changes.get().change(seen, patch, name(caller)))));
    }

    /** Ends everything of the user at once, and lets the user sign in no more; 409 for the last administrator. */
    @POST
    @Path("{subject}/disable")
    @Operation(operationId = "disableUser", summary = "Ends everything of a user, who can sign in no more")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "User")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    public Response disable(
            @Parameter(ref = "Subject") @PathParam("subject") String subject,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller)
            throws LastAdministratorException {
        return answer(Response.ok(), Asked.won(changes.get().enable(find(subject, ifMatch), false, name(caller))));
    }

    /** Lets the user sign in again; what has ended does not come back. */
    @POST
    @Path("{subject}/enable")
    @Operation(operationId = "enableUser", summary = "Lets a user sign in again")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "User")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    public Response enable(
            @Parameter(ref = "Subject") @PathParam("subject") String subject,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller)
            throws LastAdministratorException {
        return answer(Response.ok(), Asked.won(changes.get().enable(find(subject, ifMatch), true, name(caller))));
    }

    /**
     * A one-time code with which the user chooses a password at the page {@code <issuer>/password}: in this answer, and nowhere else.
     */
    @POST
    @Path("{subject}/password-reset")
    @Operation(operationId = "resetPassword", summary = "A one-time code with which a user chooses a password")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "PasswordReset")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    public Response resetPassword(
            @Parameter(ref = "Subject") @PathParam("subject") String subject,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Account seen = find(subject, ifMatch);
        if (!seen.enabled()) {
            return Problem.of(409, "the user is disabled");
        }
        if (seen.owner().store().isPresent()) {
            return Problem.of(
                    409,
                    "the password is kept elsewhere: " + seen.owner().store().get());
        }
        PasswordResets.Code code = Asked.won(changes.get().resetPassword(seen, name(caller)));
        return Response.ok(Json.createObjectBuilder()
                        .add("page", settings.get().issuer().at("/password"))
                        .add("code", code.value())
                        .add("expires_at", code.expiresAt().toString())
                        .build()
                        .toString())
                .build();
    }

    /** Removes a user, and ends everything; what the user has allowed is forgotten; 409 for the last administrator. */
    @DELETE
    @Path("{subject}")
    @Operation(operationId = "deleteUser", summary = "Removes a user, and ends everything")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "204", ref = "Done")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    public Response delete(
            @Parameter(ref = "Subject") @PathParam("subject") String subject,
            @Parameter(ref = "IfMatch") @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller)
            throws LastAdministratorException {
        if (!changes.get().delete(find(subject, ifMatch), name(caller))) {
            throw Asked.stale();
        }
        return Response.noContent().build();
    }

    private Account find(String subject, @Nullable String ifMatch) {
        Account found = Optional.of(subject)
                .filter(text -> text.length() <= 255)
                .flatMap(text -> accounts.get().find(new Subject(text)))
                .orElseThrow(() -> new WebApplicationException(Problem.of(404, "there is no such user")));
        Asked.match(ifMatch, found.edition());
        return found;
    }

    private static String name(SecurityContext caller) {
        return caller.getUserPrincipal().getName();
    }

    private static Response answer(Response.ResponseBuilder response, Account account) {
        return response.type(MediaType.APPLICATION_JSON)
                .header("ETag", Asked.etag(account.edition()))
                .entity(json(account).build().toString())
                .build();
    }

    private static JsonObjectBuilder json(Account account) {
        JsonObjectBuilder json =
                Json.createObjectBuilder().add("sub", account.owner().subject().value());
        account.profile().forEach(json::add);
        account.owner().store().ifPresent(store -> json.add("store", store));
        return json.add("enabled", account.enabled());
    }
}

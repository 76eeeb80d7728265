package org.claviger.admin;

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
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.authorize.Consents;
import org.claviger.client.Registrations;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.identity.Accounts;
import org.claviger.identity.Accounts.Account;
import org.claviger.identity.NewResourceOwner;
import org.claviger.identity.PasswordResets;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.Subject;
import org.claviger.settings.JsonMembers;
import org.claviger.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The users, by their {@code sub}, with the members of the import file. An administrator never knows a password: who is to have
 * another chooses it by a one-time code. Each change is an audit event that names its caller.
 */
@Path("users")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
public class UsersResource {
    private static final String IF_MATCH = "If-Match";

    @Inject
    private Provider<Accounts> accounts;

    @Inject
    private Provider<PasswordResets> resets;

    @Inject
    private Provider<Consents> consents;

    @Inject
    private Provider<Registrations> registrations;

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
    public Response list(
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("name") @DefaultValue("") String name) {
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
    public Response read(@PathParam("subject") String subject) {
        return answer(Response.ok(), find(subject, null));
    }

    /** Registers a user, who can sign in after choosing a password; 409 if the user name is taken. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response create(String body, @Context SecurityContext caller) {
        JsonObject entry = Asked.object(body);
        NewResourceOwner owner = Asked.vetted(() -> NewResourceOwner.withoutPassword(entry));
        // RFC 9068 section 5: a user must not be taken for a client.
        if (ClientId.find(owner.username())
                .flatMap(id -> registrations.get().find(id))
                .isPresent()) {
            return Problem.of(409, "/username", "is the client_id of a client");
        }
        Optional<Account> created = accounts.get().create(owner);
        if (created.isEmpty()) {
            return Problem.of(409, "/username", "is taken");
        }
        record(AuditEvent.USER_CREATED, created.get(), caller);
        URI location = URI.create(settings.get()
                .issuer()
                .at("/admin/users/" + created.get().owner().subject()));
        return answer(Response.created(location), created.get());
    }

    /**
     * Changes name, e-mail address or groups: a JSON merge patch (RFC 7396). Groups stand in the next token; who is an administrator no
     * more loses everything at once.
     *
     * @param ifMatch the {@code ETag} that the change rests on, or {@code *}; without it 428
     */
    @PATCH
    @Path("{subject}")
    @Consumes({Asked.MERGE_PATCH, MediaType.APPLICATION_JSON})
    public Response change(
            @PathParam("subject") String subject,
            String body,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Asked.requireMatch(ifMatch);
        JsonObject patch = Asked.object(body);
        Account seen = find(subject, ifMatch);
        JsonObject profile = Json.createMergePatch(patch).apply(seen.profile()).asJsonObject();
        NewResourceOwner after = Asked.vetted(() -> {
            NewResourceOwner owner = NewResourceOwner.withoutPassword(profile);
            if (!owner.username().equals(seen.owner().username())) {
                throw new JsonMembers(profile, "").refuse("username", "cannot be changed");
            }
            return owner;
        });
        Account changed = Asked.won(accounts.get().change(seen, after));
        Audit.record(
                AuditEvent.USER_CHANGED,
                Map.of(
                        "subject",
                        changed.owner().subject(),
                        "members",
                        Asked.differing(seen.profile(), changed.profile()),
                        "by",
                        name(caller)));
        return answer(Response.ok(), changed);
    }

    /** Ends everything of the user at once, and lets the user sign in no more. */
    @POST
    @Path("{subject}/disable")
    public Response disable(
            @PathParam("subject") String subject,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Account changed = Asked.won(accounts.get().enable(find(subject, ifMatch), false));
        record(AuditEvent.USER_DISABLED, changed, caller);
        return answer(Response.ok(), changed);
    }

    /** Lets the user sign in again; what has ended does not come back. */
    @POST
    @Path("{subject}/enable")
    public Response enable(
            @PathParam("subject") String subject,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Account changed = Asked.won(accounts.get().enable(find(subject, ifMatch), true));
        record(AuditEvent.USER_ENABLED, changed, caller);
        return answer(Response.ok(), changed);
    }

    /**
     * A one-time code with which the user chooses a password at the page {@code <issuer>/password}: in this answer, and nowhere else.
     */
    @POST
    @Path("{subject}/password-reset")
    public Response resetPassword(
            @PathParam("subject") String subject,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Account seen = find(subject, ifMatch);
        if (!seen.enabled()) {
            return Problem.of(409, "the user is disabled");
        }
        PasswordResets.Code code = resets.get().issue(seen.owner().subject());
        record(AuditEvent.PASSWORD_RESET_ISSUED, seen, caller);
        return Response.ok(Json.createObjectBuilder()
                        .add("page", settings.get().issuer().at("/password"))
                        .add("code", code.value())
                        .add("expires_at", code.expiresAt().toString())
                        .build()
                        .toString())
                .build();
    }

    /** Removes a user, and ends everything; what the user has allowed is forgotten. */
    @DELETE
    @Path("{subject}")
    public Response delete(
            @PathParam("subject") String subject,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Account seen = find(subject, ifMatch);
        if (!accounts.get().delete(seen, consents.get().withdrawal(seen.owner().subject()))) {
            throw Asked.stale();
        }
        record(AuditEvent.USER_DELETED, seen, caller);
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

    private static void record(AuditEvent event, Account account, SecurityContext caller) {
        Audit.record(event, Map.of("subject", account.owner().subject(), "by", name(caller)));
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
        return json.add("enabled", account.enabled());
    }
}

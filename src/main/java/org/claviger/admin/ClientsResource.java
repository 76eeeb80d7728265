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
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.authorize.Consents;
import org.claviger.client.NewClient;
import org.claviger.client.Registrations;
import org.claviger.client.Registrations.Registered;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.identity.ResourceOwners;
import org.claviger.live.LiveSettings;
import org.claviger.settings.JsonMembers;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The registered clients, with the member names of RFC 7591 section 2 and vetted as an import vets them. A secret is made by the
 * server, and shown in the one answer that makes it. Each change is an audit event that names its caller.
 */
@Path("clients")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
public class ClientsResource {
    private static final String IF_MATCH = "If-Match";

    @Inject
    private Provider<Registrations> registrations;

    @Inject
    private Provider<Consents> consents;

    @Inject
    private Provider<ResourceOwners> resourceOwners;

    @Inject
    private Provider<LiveSettings> settings;

    @Inject
    private Provider<RandomTokens> tokens;

    /**
     * Clients in the order of their identifiers.
     *
     * @param limit at most so many, 1 to 200
     * @param after the identifier after which to go on, which the page before says as {@code next}
     * @param name what name or identifier contain, in small letters or capitals
     */
    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    public Response list(
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("name") @DefaultValue("") String name) {
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
    public Response read(@PathParam("client") String segment) {
        return answer(find(segment, null), Optional.empty());
    }

    /** Registers a client: 201 with its {@code client_secret} unless it is public; 409 if the identifier is taken. */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response create(String body, @Context SecurityContext caller) {
        JsonObject entry = Asked.object(body);
        Settings now = settings.get().get();
        NewClient client =
                Asked.vetted(() -> NewClient.make(entry, now.classifications().names(), tokens.get()));
        // RFC 9068 section 5: a client must not be taken for a user.
        if (resourceOwners.get().isNameTaken(client.id().value())) {
            return Problem.of(409, "/client_id", "is the name of a user");
        }
        Optional<Registered> created =
                registrations.get().create(client, consents.get().withdrawal(client.id()));
        if (created.isEmpty()) {
            return Problem.of(409, "/client_id", "is registered already");
        }
        record(AuditEvent.CLIENT_CREATED, created.get(), caller);
        URI location = URI.create(now.issuer()
                .at("/admin/clients/" + ClientSegment.of(created.get().id())));
        return answer(Response.created(location), created.get(), client.secret());
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
    public Response change(
            @PathParam("client") String segment,
            String body,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Asked.requireMatch(ifMatch);
        JsonObject patch = Asked.object(body);
        Registered seen = find(segment, ifMatch);
        NewClient after = Asked.vetted(() -> NewClient.change(
                seen.metadata(), patch, settings.get().get().classifications().names(), tokens.get()));
        Registered changed = Asked.won(registrations.get().change(seen, after));
        Audit.record(
                AuditEvent.CLIENT_CHANGED,
                Map.of(
                        "client",
                        changed.id(),
                        "members",
                        Asked.differing(seen.metadata(), changed.metadata()),
                        "by",
                        name(caller)));
        return answer(changed, after.secret());
    }

    /** From now on it is as if the client were not registered; what it has is not ended by that. */
    @POST
    @Path("{client}/disable")
    public Response disable(
            @PathParam("client") String segment,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Registered changed = Asked.won(registrations.get().enable(find(segment, ifMatch), false));
        record(AuditEvent.CLIENT_DISABLED, changed, caller);
        return answer(changed, Optional.empty());
    }

    /** The client is there again, with what it has and has not ended meanwhile. */
    @POST
    @Path("{client}/enable")
    public Response enable(
            @PathParam("client") String segment,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Registered changed = Asked.won(registrations.get().enable(find(segment, ifMatch), true));
        record(AuditEvent.CLIENT_ENABLED, changed, caller);
        return answer(changed, Optional.empty());
    }

    /**
     * Gives a client another secret, which is in the answer. The one of now stays good for {@code claviger.client-secret-overlap}, or for
     * less if the body says so: {@code {"overlap": "PT0S"}} for a secret that somebody else knows. Of no type in particular, because
     * servers differ in what they make of a body that is not there.
     */
    @POST
    @Path("{client}/secret")
    public Response rotate(
            @PathParam("client") String segment,
            @Nullable String body,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Duration most = settings.get().get().clientSecretOverlap();
        Duration overlap = body == null || body.isBlank() ? most : overlap(Asked.object(body), most);
        Registered seen = find(segment, ifMatch);
        if (seen.metadata().getString("token_endpoint_auth_method", "").equals("none")) {
            return Problem.of(409, "a public client has no secret");
        }
        String secret = tokens.get().secret();
        Registered changed = Asked.won(registrations.get().rotate(seen, secret, overlap));
        Audit.record(
                AuditEvent.CLIENT_SECRET_ROTATED,
                Map.of("client", changed.id(), "overlap", overlap, "by", name(caller)));
        return answer(changed, Optional.of(secret));
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
    public Response delete(
            @PathParam("client") String segment,
            @HeaderParam(IF_MATCH) @Nullable String ifMatch,
            @Context SecurityContext caller) {
        Registered seen = find(segment, ifMatch);
        if (!registrations.get().delete(seen, consents.get().withdrawal(seen.id()))) {
            throw Asked.stale();
        }
        record(AuditEvent.CLIENT_DELETED, seen, caller);
        return Response.noContent().build();
    }

    private Registered find(String segment, @Nullable String ifMatch) {
        Registered found = ClientSegment.parse(segment)
                .flatMap(id -> registrations.get().find(id))
                .orElseThrow(() -> new WebApplicationException(Problem.of(404, "there is no such client")));
        Asked.match(ifMatch, found.edition());
        return found;
    }

    private static void record(AuditEvent event, Registered client, SecurityContext caller) {
        Audit.record(event, Map.of("client", client.id(), "by", name(caller)));
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

package org.claviger.admin;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.StringReader;
import java.util.Map;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.Revocation;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.JsonMembers;

/** What was revoked, and what an administrator revokes: one token, a family, all of a subject or client, a key, or everything. */
@Path("revocations")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
public class RevocationsResource {
    private static final int MAX_LENGTH = 255;
    private static final int PAGE = 1_000;

    @Inject
    private Provider<RevocationRepository> revocations;

    @Inject
    private Provider<TokenFamilies> families;

    @Inject
    private Provider<SigningKeys> keys;

    /**
     * Ends something: {@code {"kind":"subject","value":"…"}}; {@code everything} has no value.
     *
     * @return 200 with what was written, which is durable then; 400 with the JSON pointer to what does not fit
     */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response revoke(String body, @Context SecurityContext caller) throws OAuthException {
        RevocationKind kind;
        String name;
        try (JsonReader reader = Json.createReader(new StringReader(body))) {
            JsonMembers members = new JsonMembers(reader.readObject(), "");
            kind = RevocationKind.find(members.require("kind"))
                    .orElseThrow(
                            () -> members.refuse("kind", "must be token, family, subject, client, key or everything"));
            name = kind == RevocationKind.EVERYTHING ? "" : name(kind, members);
            members.refuseOthers();
        } catch (IllegalArgumentException | JsonException malformed) {
            return refuse(
                    malformed instanceof JsonException ? "is no JSON object" : String.valueOf(malformed.getMessage()));
        }
        String by = caller.getUserPrincipal().getName();
        if (kind == RevocationKind.FAMILY) {
            families.get().end(new FamilyId(name), "revoked by an administrator");
        }
        if (kind == RevocationKind.KEY) { // if it is the one that signs, a fresh one does at once
            keys.get().compromised(name, by);
        }
        Revocation written = revocations.get().revoke(kind, name);
        Audit.record(AuditEvent.REVOKED, Map.of(kind.value(), name, "by", by));
        return Response.ok(json(written).build()).build();
    }

    private static String name(RevocationKind kind, JsonMembers members) {
        String expected = kind == RevocationKind.FAMILY
                ? "must be the identifier of a family: 22 characters"
                : "must have at most " + MAX_LENGTH + " characters";
        members.require("value");
        return members.text(
                        "value",
                        value -> kind == RevocationKind.FAMILY
                                ? value.matches("[A-Za-z0-9_-]{22}")
                                : value.length() <= MAX_LENGTH,
                        expected)
                .orElseThrow();
    }

    private static Response refuse(String expected) {
        return Response.status(Response.Status.BAD_REQUEST)
                .entity(Json.createObjectBuilder()
                        .add("error", "invalid_request")
                        .add("error_description", expected)
                        .build())
                .build();
    }

    /** Those that are alive, in the order in which they were written, a thousand at a time; {@code next} says where to go on. */
    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    public JsonObject list(@QueryParam("after") @DefaultValue("0") long after) {
        var page = revocations.get().list(after, PAGE);
        var array = Json.createArrayBuilder();
        page.forEach(revocation -> array.add(json(revocation)));
        JsonObjectBuilder answer = Json.createObjectBuilder().add("revocations", array);
        if (page.size() == PAGE) {
            answer.add("next", page.get(PAGE - 1).serialNumber());
        }
        return answer.build();
    }

    private static JsonObjectBuilder json(Revocation revocation) {
        JsonObjectBuilder json =
                Json.createObjectBuilder().add("kind", revocation.kind().value());
        if (!revocation.name().isEmpty()) {
            json.add("value", revocation.name());
        }
        return json.add("revoked_at", revocation.revokedAt().toString())
                .add("expires_at", revocation.expiresAt().toString())
                .add("serial_number", revocation.serialNumber());
    }
}

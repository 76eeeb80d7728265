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
import jakarta.json.JsonObjectBuilder;
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
import java.util.Map;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.refresh.TokenFamilies;
import org.claviger.revocation.Revocation;
import org.claviger.revocation.RevocationKind;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.JsonMembers;

/** What was revoked, and what an administrator revokes: one token, a family, all of a subject or client, a key, or everything. */
@Path("revocations")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
@Produces(MediaType.APPLICATION_JSON)
@CommonAnswers
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
     * @return 200 with what was written, which is durable then; 422 with the JSON pointer to what does not fit
     */
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "revoke",
            summary = "Ends a token, a family, all of a subject or client, a key, or everything",
            requestBody = @RequestBody(ref = "NewRevocation"))
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Revocation")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "415", ref = "UnsupportedMediaType")
    @ApiResponse(responseCode = "422", ref = "UnprocessableContent")
    public Response revoke(@Parameter(hidden = true) String body, @Context SecurityContext caller)
            throws OAuthException {
        JsonMembers members = new JsonMembers(Asked.object(body), "");
        RevocationKind kind = Asked.vetted(() -> RevocationKind.find(members.require("kind"))
                .orElseThrow(
                        () -> members.refuse("kind", "must be token, family, subject, client, key or everything")));
        String name = Asked.vetted(() -> {
            String named = kind == RevocationKind.EVERYTHING ? "" : name(kind, members);
            members.refuseOthers();
            return named;
        });
        String by = caller.getUserPrincipal().getName();
        if (kind == RevocationKind.KEY) { // if it is the one that signs, a fresh one does at once
            keys.get().compromised(name, by);
        }
        Revocation written = kind == RevocationKind.FAMILY
                ? families.get().revoke(new FamilyId(name), "revoked by an administrator", Map.of("by", by))
                : revocations.get().revoke(kind, name, Map.of("by", by));
        return Response.ok(json(written).build().toString()).build();
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

    /** Those that are alive, in the order in which they were written, a thousand at a time; {@code next} says where to go on. */
    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "listRevocations", summary = "What is revoked, page by page")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "Revocations")
    public Response list(@Parameter(ref = "AfterNumber") @QueryParam("after") @DefaultValue("0") String after) {
        if (!after.matches("[0-9]{1,18}")) {
            return Problem.of(400, "after must be a serial number");
        }
        var page = revocations.get().list(Long.parseLong(after), PAGE);
        var array = Json.createArrayBuilder();
        page.forEach(revocation -> array.add(json(revocation)));
        JsonObjectBuilder answer = Json.createObjectBuilder().add("revocations", array);
        if (page.size() == PAGE) {
            answer.add("next", page.get(PAGE - 1).serialNumber());
        }
        return Response.ok(answer.build().toString()).build();
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

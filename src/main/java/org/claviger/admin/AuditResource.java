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
import jakarta.json.JsonException;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.StringReader;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claviger.audit.AuditChain;
import org.claviger.audit.AuditEvent;
import org.claviger.audit.AuditLog;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.jspecify.annotations.Nullable;

/** What was done, by whom and when, the newest first; and whether all of it is still what was written. */
@Path("audit")
@CommonAnswers
@RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
@Produces(MediaType.APPLICATION_JSON)
public class AuditResource {
    private static final int MAX_LENGTH = 255;

    @Inject
    private Provider<AuditLog> log;

    @Inject
    private Provider<AuditChain> chain;

    /**
     * Events to which all that is asked for applies.
     *
     * @param from the earliest, an instant of ISO 8601
     * @param until the first that is too late
     * @param events names of events, several by commas or by repeating it
     * @param by who did it
     * @param limit at most so many, 1 to 200
     * @param before where to go on, which the page before says as {@code next}
     */
    @GET
    @Operation(operationId = "listAudit", summary = "What was done, by whom and when, the newest first")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "AuditEvents")
    public Response list(
            @Parameter(ref = "From") @QueryParam("from") @Nullable String from,
            @Parameter(ref = "Until") @QueryParam("until") @Nullable String until,
            @Parameter(ref = "Events") @QueryParam("event") List<String> events,
            @Parameter(ref = "SubjectQuery") @QueryParam("subject") @Nullable String subject,
            @Parameter(ref = "ClientNamed") @QueryParam("client_id") @Nullable String client,
            @Parameter(ref = "By") @QueryParam("by") @Nullable String by,
            @Parameter(ref = "Limit") @QueryParam("limit") @Nullable String limit,
            @Parameter(ref = "Before") @QueryParam("before") @Nullable String before)
            throws OAuthException {
        int size = Asked.limit(limit);
        Optional<Instant> first = Asked.instant("from", from);
        Optional<Instant> end = Asked.instant("until", until);
        Asked.requireOrder(first, end);
        List<AuditLog.Entry> found = log.get()
                .list(new AuditLog.Query(
                        first,
                        end,
                        events(events),
                        name("subject", subject),
                        name("client_id", client),
                        name("by", by),
                        cursor(before),
                        size + 1));
        List<AuditLog.Entry> page = found.subList(0, Math.min(size, found.size()));
        JsonArrayBuilder list = Json.createArrayBuilder();
        page.forEach(entry -> list.add(json(entry)));
        JsonObjectBuilder answer = Json.createObjectBuilder().add("events", list);
        if (found.size() > size) {
            answer.add("next", page.get(size - 1).cursor().toString());
        }
        return Response.ok(answer.build().toString()).build();
    }

    private static Set<AuditEvent> events(List<String> asked) {
        Set<AuditEvent> events = EnumSet.noneOf(AuditEvent.class);
        asked.stream()
                .flatMap(names -> List.of(names.split(",", -1)).stream())
                .map(String::strip)
                .forEach(name -> events.add(AuditEvent.find(name)
                        .orElseThrow(() -> refuse("event must be names of events, such as CLIENT_CHANGED"))));
        return events;
    }

    private static Optional<String> name(String parameter, @Nullable String value) {
        if (value != null && (value.isEmpty() || value.length() > MAX_LENGTH)) {
            throw refuse(parameter + " has 1 to 255 characters");
        }
        return Optional.ofNullable(value);
    }

    private static Optional<AuditLog.Cursor> cursor(@Nullable String before) {
        Optional<AuditLog.Cursor> cursor = Optional.ofNullable(before).flatMap(AuditLog.Cursor::parse);
        if (before != null && cursor.isEmpty()) {
            throw refuse("before must be what a page says as next");
        }
        return cursor;
    }

    private static WebApplicationException refuse(String detail) {
        return new WebApplicationException(Problem.of(400, detail));
    }

    private static JsonObjectBuilder json(AuditLog.Entry entry) {
        JsonObjectBuilder json = Json.createObjectBuilder()
                .add("id", entry.id())
                .add("at", entry.at().toString())
                .add("event", entry.event());
        entry.by().ifPresent(value -> json.add("by", value));
        entry.subject().ifPresent(value -> json.add("subject", value));
        entry.client().ifPresent(value -> json.add("client_id", value));
        entry.family().ifPresent(value -> json.add("family", value));
        entry.reason().ifPresent(value -> json.add("reason", value));
        entry.correlation().ifPresent(value -> json.add("correlation", value));
        entry.address().ifPresent(value -> json.add("address", value));
        entry.details().ifPresent(value -> {
            try (JsonReader reader = Json.createReader(new StringReader(value))) {
                json.add("details", reader.readObject());
            } catch (JsonException notOurs) { // somebody has changed the row; it is shown as any other
                json.add("details_text", value);
            }
        });
        entry.position().ifPresent(value -> json.add("position", value));
        return json;
    }

    /**
     * Whether all rows are still what was sealed: {@code ok}, and otherwise {@code broken_at} and the {@code problem} there.
     *
     * @param position one that was noted, in the log for instance, with
     * @param mac its MAC: whether the chain still has it, which tells that its end was not cut off
     * @return 503 if this node is looking already
     */
    @GET
    @Path("verification")
    @Operation(operationId = "verifyAudit", summary = "Whether all of the audit is still what was written")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "AuditVerification")
    public Response verify(
            @Parameter(ref = "Position") @QueryParam("position") @Nullable String position,
            @Parameter(ref = "Mac") @QueryParam("mac") @Nullable String mac) {
        Optional<AuditChain.Verification> looked = chain.get().verify(noted(position, mac));
        if (looked.isEmpty()) {
            return Response.fromResponse(Problem.of(503, "the audit is being verified already"))
                    .header("Retry-After", "30")
                    .build();
        }
        AuditChain.Verification found = looked.get();
        JsonObjectBuilder json = Json.createObjectBuilder().add("ok", found.isWhole());
        found.brokenAt().ifPresent(broken -> json.add("broken_at", broken).add("problem", found.problem()));
        json.add("begin", json(found.begin()))
                .add("end", json(found.end()))
                .add("not_sealed_yet", found.waiting().rows());
        found.waiting().since().ifPresent(since -> json.add("not_sealed_since", since.toString()));
        return Response.ok(json.build().toString()).build();
    }

    private static Optional<AuditChain.End> noted(@Nullable String position, @Nullable String mac) {
        if (position == null && mac == null) {
            return Optional.empty();
        }
        if (position == null
                || mac == null
                || !position.matches("[1-9][0-9]{0,17}")
                || !mac.matches("[A-Za-z0-9_-]{43}")) {
            throw refuse("position and mac belong together: a whole number and 43 characters");
        }
        return Optional.of(new AuditChain.End(Long.parseLong(position), mac));
    }

    private static JsonObjectBuilder json(AuditChain.End end) {
        return Json.createObjectBuilder().add("position", end.position()).add("mac", end.mac());
    }
}

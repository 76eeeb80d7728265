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
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Statistics;
import org.claviger.audit.Statistics.Step;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.jspecify.annotations.Nullable;

/** What happened how often on all nodes, and what there is now. */
@Path("statistics")
@CommonAnswers
@RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
@Produces(MediaType.APPLICATION_JSON)
public class StatisticsResource {
    private static final Duration USUAL = Duration.ofHours(24);

    @Inject
    private Provider<Statistics> statistics;

    /**
     * One point for each step, the earliest first, and what there is now.
     *
     * @param from an instant of ISO 8601; by default 24 hours before {@code until}
     * @param until by default now
     * @param step {@code minute}, {@code hour} (by default) or {@code day}, which is one of UTC; there are at most 1500
     */
    @GET
    @Operation(operationId = "readStatistics", summary = "What happened how often on all nodes, and what there is now")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "Statistics")
    public Response read(
            @Parameter(ref = "From") @QueryParam("from") @Nullable String from,
            @Parameter(ref = "Until") @QueryParam("until") @Nullable String until,
            @Parameter(ref = "Step") @QueryParam("step") @Nullable String step)
            throws OAuthException {
        Optional<Instant> begin = Asked.instant("from", from);
        Optional<Instant> end = Asked.instant("until", until);
        Instant last = end.orElseGet(() -> statistics.get().time());
        Instant first = begin.orElse(last.minus(USUAL));
        Asked.requireOrder(Optional.of(first), Optional.of(last));
        Step by = step(step);
        List<Statistics.Point> series;
        try {
            series = statistics.get().series(first, last, by);
        } catch (IllegalArgumentException tooMany) {
            return Problem.of(400, String.valueOf(tooMany.getMessage()));
        }
        JsonArrayBuilder points = Json.createArrayBuilder();
        series.forEach(point -> points.add(json(point)));
        return Response.ok(Json.createObjectBuilder()
                        .add("step", by.name().toLowerCase(Locale.ROOT))
                        .add("points", points)
                        .add("now", json(statistics.get().now()))
                        .build()
                        .toString())
                .build();
    }

    private static Step step(@Nullable String asked) {
        return asked == null
                ? Step.HOUR
                : Arrays.stream(Step.values())
                        .filter(step -> step.name().toLowerCase(Locale.ROOT).equals(asked))
                        .findFirst()
                        .orElseThrow(
                                () -> new WebApplicationException(Problem.of(400, "step must be minute, hour or day")));
    }

    private static JsonObjectBuilder json(Statistics.Point point) {
        return Json.createObjectBuilder()
                .add("from", point.from().toString())
                .add("sign_ins", point.signIns())
                .add("tokens", point.tokensIssued())
                .add("tokens_by_grant", json(point.tokens()))
                .add("introspections", point.introspections())
                .add("refused", point.refused())
                .add("refused_by_reason", json(point.refusals()));
    }

    private static JsonObjectBuilder json(Map<String, Long> numbers) {
        JsonObjectBuilder json = Json.createObjectBuilder();
        numbers.forEach(json::add);
        return json;
    }

    private static JsonObjectBuilder json(Statistics.Now now) {
        JsonObjectBuilder json = Json.createObjectBuilder();
        now.signInSessions().ifPresent(number -> json.add("sign_in_sessions", number));
        now.tokenFamilies().ifPresent(number -> json.add("token_families", number));
        return json.add("clients", now.clients()).add("users", now.users()).add("signing_keys", now.signingKeys());
    }
}

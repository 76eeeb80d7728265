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
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.live.LiveSettings;
import org.claviger.live.LiveSettings.Edition;
import org.claviger.live.SettingRefusedException;
import org.claviger.oauth.Scope;
import org.claviger.settings.Setting;
import org.claviger.settings.SettingValue;
import org.jspecify.annotations.Nullable;

/** The settings in force, what each of them is, and where it stands; the live ones can be changed. Secret values are never shown. */
@Path("settings")
@Produces(MediaType.APPLICATION_JSON)
@CommonAnswers
public class SettingsResource {
    @Inject
    private Provider<LiveSettings> settings;

    @GET
    @RolesAllowed(BearerAuthenticationMechanism.READER_ROLE)
    @Operation(operationId = "readSettings", summary = "The settings in force")
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN_READ)
    @ApiResponse(responseCode = "200", ref = "Settings")
    public Response read() {
        return answer(settings.get().edition());
    }

    /**
     * Changes live settings, all that are named or none: a JSON merge patch (RFC 7396) whose members are keys with their new values,
     * null for what is configured or the default.
     *
     * @param ifMatch the {@code ETag} that the change rests on, several of them, or {@code *} (RFC 9110 section 13.1.1); without it 428
     * @return the settings after it; 400, 404, 409, 412 or 422 and why, and nothing has changed then
     */
    @PATCH
    @Consumes({Asked.MERGE_PATCH, MediaType.APPLICATION_JSON})
    @RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
    @Operation(
            operationId = "changeSettings",
            summary = "Changes live settings, all that are named or none",
            requestBody = @RequestBody(ref = "SettingsPatch"))
    @SecurityRequirement(name = "oauth2", scopes = Scope.ADMIN)
    @ApiResponse(responseCode = "200", ref = "Settings")
    @ApiResponse(responseCode = "403", ref = "Forbidden")
    @ApiResponse(responseCode = "404", ref = "NotFound")
    @ApiResponse(responseCode = "409", ref = "Conflict")
    @ApiResponse(responseCode = "412", ref = "PreconditionFailed")
    @ApiResponse(responseCode = "415", ref = "UnsupportedMediaType")
    @ApiResponse(responseCode = "422", ref = "UnprocessableContent")
    @ApiResponse(responseCode = "428", ref = "PreconditionRequired")
    public Response change(
            @Parameter(hidden = true) String body,
            @Parameter(ref = "IfMatchNeeded") @HeaderParam("If-Match") @Nullable String ifMatch,
            @Context SecurityContext caller) {
        String asked = Asked.requireMatch(ifMatch);
        Optional<OptionalLong> seen = seen(asked);
        if (seen.isEmpty()) {
            return Problem.of(412, "If-Match has no ETag of the settings as they are");
        }
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonValue> member : Asked.object(body).entrySet()) {
            if (!isPlain(member.getValue())) {
                return Problem.of(400, pointer(member.getKey()), "must be a text without control characters, or null");
            }
            changes.put(member.getKey(), text(member.getValue()));
        }
        try {
            return answer(settings.get()
                    .change(changes, seen.get(), caller.getUserPrincipal().getName()));
        } catch (SettingRefusedException refusal) {
            return refuse(refusal, changes);
        }
    }

    /**
     * The number that an {@code ETag} of ours names, or none for {@code *}; empty for what is neither. Of several that of the settings
     * as they are. Weak ones match nothing (RFC 9110 section 13.1.1).
     */
    private Optional<OptionalLong> seen(String ifMatch) {
        if (ifMatch.strip().equals("*")) {
            return Optional.of(OptionalLong.empty());
        }
        List<Long> numbers = Arrays.stream(ifMatch.split(",", -1))
                .map(String::strip)
                .filter(tag -> tag.matches("\"[0-9]{1,18}\""))
                .map(tag -> Long.valueOf(tag.substring(1, tag.length() - 1)))
                .toList();
        if (numbers.size() < 2) {
            return numbers.stream().map(OptionalLong::of).findFirst();
        }
        LiveSettings live = settings.get();
        live.refresh();
        long now = live.edition().version();
        return numbers.contains(now) ? Optional.of(OptionalLong.of(now)) : Optional.empty();
    }

    private static boolean isPlain(JsonValue value) {
        return switch (value.getValueType()) {
            case STRING -> ((JsonString) value).getString().chars().noneMatch(Character::isISOControl);
            case NUMBER, TRUE, FALSE, NULL -> true;
            case ARRAY, OBJECT -> false;
        };
    }

    private static Optional<String> text(JsonValue value) {
        if (value == JsonValue.NULL) {
            return Optional.empty();
        }
        if (value instanceof JsonString text) {
            return Optional.of(text.getString());
        }
        return Optional.of(value instanceof JsonNumber number ? number.toString() : value.toString());
    }

    private static Response refuse(SettingRefusedException refusal, Map<String, Optional<String>> changes) {
        String detail = String.valueOf(refusal.getMessage());
        int status =
                switch (refusal.reason()) {
                    case STALE -> 412;
                    case UNKNOWN -> 404;
                    case PINNED, NOT_LIVE, IN_USE, UNUSABLE -> 409;
                    case INVALID -> 422;
                };
        // What does not fit may be another setting than those that are to be changed: there is no member to point at
        // then.
        return changes.containsKey(refusal.key())
                ? Problem.of(status, pointer(refusal.key()), detail)
                : Problem.of(status, detail);
    }

    private static String pointer(String member) {
        return "/" + Json.encodePointer(member);
    }

    private static Response answer(Edition edition) {
        return Response.ok(show(edition).toString(), MediaType.APPLICATION_JSON)
                .header("ETag", "\"" + edition.version() + "\"")
                .build();
    }

    /** Each by its key, and what the table holds of it; {@code problem} where the table is not in force on this node. */
    static JsonObject show(Edition now) {
        JsonObjectBuilder shown = Json.createObjectBuilder();
        Map<String, String> stored = new TreeMap<>(now.administered());
        now.settings().values().forEach((key, value) -> {
            JsonObjectBuilder one = show(value);
            Optional.ofNullable(stored.remove(key)).ifPresent(text -> addStored(one, key, text));
            shown.add(key, one);
        });
        stored.forEach((key, text) -> {
            JsonObjectBuilder one = Json.createObjectBuilder().add("known", false);
            addStored(one, key, text);
            shown.add(key, one);
        });
        now.unusable()
                .ifPresent(unusable -> shown.add(
                        "problem",
                        "the table of administered settings is not in force on this node, which keeps those that it had: "
                                + unusable.getMessage()));
        return shown.build();
    }

    /** The value only of what can be administered: of anything else somebody may have written a secret. */
    private static void addStored(JsonObjectBuilder shown, String key, String text) {
        boolean live =
                Setting.find(Setting.keyForAll(key)).filter(Setting::isLive).isPresent();
        shown.add("administered", live ? Json.createValue(text) : JsonValue.TRUE);
    }

    private static JsonObjectBuilder show(SettingValue value) {
        Setting setting = value.setting();
        JsonObjectBuilder shown = Json.createObjectBuilder();
        if (!setting.isSecret()) {
            shown.add("value", value.value());
        }
        shown.add("origin", value.origin())
                .add("pinned", value.pinned())
                .add("live", setting.isLive())
                .add("secret", setting.isSecret())
                .add("type", setting.type().word())
                .add("unit", setting.type().unit())
                .add("default", value.byDefault())
                .add("accepted", setting.accepted());
        value.bound().ifPresent(bound -> shown.add("bound", bound));
        setting.range().flatMap(Setting.Range::advised).ifPresent(advised -> shown.add("advised", advised.toString()));
        return shown.add("meaning", setting.meaning());
    }
}

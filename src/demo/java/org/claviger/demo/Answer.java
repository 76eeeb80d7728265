package org.claviger.demo;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.security.Principal;
import java.util.List;
import java.util.function.Predicate;

/** What every endpoint answers: the name of the caller and which of this application's roles the caller has. */
final class Answer {

    private static final List<String> ROLES = List.of("user", "admin");

    private Answer() {}

    /** The caller is null where the request is anonymous, and so is the member {@code caller} then. */
    static JsonObject of(Principal caller, Predicate<String> isInRole) {
        JsonArrayBuilder roles = Json.createArrayBuilder();
        ROLES.stream().filter(isInRole).forEach(roles::add);
        return Json.createObjectBuilder()
                .add("caller", caller == null ? JsonValue.NULL : Json.createValue(caller.getName()))
                .add("roles", roles)
                .build();
    }
}

package org.claviger.console;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.claviger.identity.Accounts.Account;
import org.claviger.oauth.OAuthException;

/** What can be changed of a user, as the fields of a form. */
final class UserForm {
    private static final List<String> TEXTS = List.of("name", "email");

    private UserForm() {}

    static Map<String, String> values(Account account) {
        return Map.of(
                "name", account.owner().name().orElse(""),
                "email", account.owner().email().orElse(""),
                "groups", String.join("\n", new TreeSet<>(account.owner().groups())));
    }

    static Map<String, String> values(Posted posted) throws OAuthException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : TEXTS) {
            values.put(name, posted.text(name));
        }
        values.put("groups", String.join("\n", new TreeSet<>(posted.lines("groups"))));
        return values;
    }

    /** The JSON merge patch (RFC 7396) that makes a profile of these. */
    static JsonObject patch(Map<String, String> values) {
        JsonArrayBuilder groups = Json.createArrayBuilder();
        values.getOrDefault("groups", "").lines().forEach(groups::add);
        JsonArray list = groups.build();
        return Json.createObjectBuilder()
                .add("name", text(values, "name"))
                .add("email", text(values, "email"))
                .add("groups", list)
                .build();
    }

    private static JsonValue text(Map<String, String> values, String name) {
        String value = values.getOrDefault(name, "");
        return value.isEmpty() ? JsonValue.NULL : Json.createValue(value);
    }

    static void fields(Visit visit, FormHtml form, Map<String, String> values) {
        for (String name : TEXTS) {
            form.text(name, visit.text("console.user." + name), values.getOrDefault(name, ""), "maxlength", "255");
        }
        form.lines(
                "groups",
                visit.text("console.user.groups") + " " + visit.text("console.by-line"),
                values.getOrDefault("groups", ""));
    }
}

package org.claviger.console;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.client.Registrations.Registered;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.Classification;

/**
 * The metadata of a client as the fields of a form: a list has a line for each entry, and a grant type is a box to check. What was sent
 * becomes a JSON merge patch of what differs from what was shown, so that nothing else is touched.
 */
final class ClientForm {
    /** Members that hold one text. */
    private static final List<String> TEXTS = List.of(
            "client_name",
            "token_endpoint_auth_method",
            "scope",
            "audience",
            "resource",
            "access_token_typ",
            "access_token_signed_response_alg",
            "classification");

    /** Members that hold a list. */
    private static final List<String> LISTS =
            List.of("redirect_uris", "post_logout_redirect_uris", "allowed_origins", "groups", "user_groups");

    private static final String LEEWAY = "refresh_token_leeway";

    private static final List<String> GRANT_TYPES =
            List.of("authorization_code", "refresh_token", "client_credentials");

    /** No list of groups lets all of them into tokens, and an empty one none. */
    private static final String ONLY = "user_groups.only";

    private static final List<String> METHODS = List.of("client_secret_basic", "client_secret_post", "none");
    private static final List<String> ALGORITHMS = List.of("", "RS256", "PS256", "ES256", "EdDSA");

    /** What the members are that nobody has written. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "token_endpoint_auth_method",
            "client_secret_basic",
            "access_token_typ",
            "at+jwt",
            "classification",
            Classification.STANDARD);

    private ClientForm() {}

    /** What each field of the form holds for this metadata. */
    static Map<String, String> values(JsonObject metadata) {
        Map<String, String> values = new LinkedHashMap<>();
        TEXTS.forEach(name -> values.put(name, metadata.getString(name, DEFAULTS.getOrDefault(name, ""))));
        LISTS.forEach(name -> values.put(name, String.join("\n", list(metadata, name))));
        List<String> grantTypes = metadata.containsKey("grant_types")
                ? list(metadata, "grant_types")
                : List.of("authorization_code"); // RFC 7591 section 2
        GRANT_TYPES.forEach(type -> values.put(grant(type), grantTypes.contains(type) ? "true" : ""));
        values.put(ONLY, metadata.containsKey("user_groups") ? "true" : "");
        values.put(LEEWAY, Objects.toString(metadata.get(LEEWAY), ""));
        return values;
    }

    private static List<String> list(JsonObject metadata, String name) {
        return metadata.get(name) instanceof JsonArray array
                ? array.stream()
                        .map(value -> value instanceof JsonString text ? text.getString() : value.toString())
                        .toList()
                : List.of();
    }

    private static String grant(String type) {
        return "grant_types." + type;
    }

    static String grantTypes(Map<String, String> values) {
        return GRANT_TYPES.stream()
                .filter(type -> !values.getOrDefault(grant(type), "").isEmpty())
                .collect(Collectors.joining(", "));
    }

    /** The same of what was sent. */
    static Map<String, String> values(Posted posted) throws OAuthException {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : TEXTS) {
            values.put(name, posted.text(name));
        }
        for (String name : LISTS) {
            values.put(name, String.join("\n", posted.lines(name)));
        }
        for (String type : GRANT_TYPES) {
            values.put(grant(type), posted.has(grant(type)) ? "true" : "");
        }
        values.put(ONLY, posted.has(ONLY) ? "true" : "");
        values.put(LEEWAY, posted.text(LEEWAY));
        return values;
    }

    /** The JSON merge patch (RFC 7396) that makes one of the other; empty if nothing differs. */
    static JsonObject patch(Map<String, String> shown, Map<String, String> sent) {
        JsonObjectBuilder patch = Json.createObjectBuilder();
        Stream.concat(TEXTS.stream(), LISTS.stream())
                .filter(name -> !name.equals("user_groups") && !Objects.equals(shown.get(name), sent.get(name)))
                .forEach(name -> patch.add(name, member(name, sent)));
        if (!grantTypes(shown).equals(grantTypes(sent))) {
            patch.add("grant_types", checkedGrantTypes(sent));
        }
        if (isChecked(shown, ONLY) != isChecked(sent, ONLY)
                || !Objects.equals(shown.get("user_groups"), sent.get("user_groups"))) {
            boolean only = isChecked(sent, ONLY) || !Objects.equals(sent.get("user_groups"), "");
            patch.add("user_groups", only ? array(value(sent, "user_groups")) : JsonValue.NULL);
        }
        String leeway = sent.getOrDefault(LEEWAY, "");
        if (!leeway.equals(shown.get(LEEWAY))) {
            patch.add(LEEWAY, leeway.isEmpty() ? JsonValue.NULL : number(leeway));
        }
        return patch.build();
    }

    /** Those that are checked, which may be none: nobody has chosen the default of RFC 7591 then. */
    static JsonArray checkedGrantTypes(Map<String, String> sent) {
        JsonArrayBuilder types = Json.createArrayBuilder();
        GRANT_TYPES.stream().filter(type -> isChecked(sent, grant(type))).forEach(types::add);
        return types.build();
    }

    private static boolean isChecked(Map<String, String> values, String name) {
        return !values.getOrDefault(name, "").isEmpty();
    }

    private static JsonValue member(String name, Map<String, String> sent) {
        String value = sent.getOrDefault(name, "");
        if (value.isEmpty()) {
            return JsonValue.NULL;
        }
        return LISTS.contains(name) ? array(value) : Json.createValue(value);
    }

    private static JsonArray array(String lines) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        lines.lines().forEach(array::add);
        return array.build();
    }

    /** What is none is left to the vetting to refuse. */
    private static JsonValue number(String text) {
        return text.matches("[0-9]{1,9}") ? Json.createValue(Integer.parseInt(text)) : Json.createValue(text);
    }

    /** The fields of the form with what they hold. */
    static void fields(Visit visit, FormHtml form, Map<String, String> values, Set<String> classifications) {
        text(visit, form, "client_name", values);
        form.choice(
                "token_endpoint_auth_method",
                label(visit, "token_endpoint_auth_method"),
                value(values, "token_endpoint_auth_method"),
                METHODS,
                method -> visit.text("console.client.method." + method));
        form.group(
                label(visit, "grant_types"),
                () -> GRANT_TYPES.forEach(type -> form.check(
                        grant(type), visit.text("console.client.grant." + type), isChecked(values, grant(type)))));
        lines(visit, form, "redirect_uris", values);
        text(visit, form, "scope", values);
        choice(visit, form, "classification", values, new ArrayList<>(new TreeSet<>(classifications)));
        lines(visit, form, "groups", values);
        form.check(ONLY, visit.text("console.client.only"), isChecked(values, ONLY));
        lines(visit, form, "user_groups", values);
        text(visit, form, "audience", values);
        text(visit, form, "resource", values);
        choice(visit, form, "access_token_typ", values, List.of("at+jwt", "JWT"));
        choice(visit, form, "access_token_signed_response_alg", values, ALGORITHMS);
        text(visit, form, LEEWAY, values, "inputmode", "numeric");
        lines(visit, form, "post_logout_redirect_uris", values);
        lines(visit, form, "allowed_origins", values);
    }

    private static String value(Map<String, String> values, String name) {
        return values.getOrDefault(name, "");
    }

    private static String label(Visit visit, String name) {
        return visit.text("console.client." + name);
    }

    private static void text(
            Visit visit, FormHtml form, String name, Map<String, String> values, String... attributes) {
        form.text(name, label(visit, name), value(values, name), attributes);
    }

    private static void lines(Visit visit, FormHtml form, String name, Map<String, String> values) {
        form.lines(name, label(visit, name) + " " + visit.text("console.by-line"), value(values, name));
    }

    private static void choice(
            Visit visit, FormHtml form, String name, Map<String, String> values, List<String> options) {
        List<String> all = new ArrayList<>(options);
        if (!all.contains(value(values, name))) { // one that there is no more stays until another is chosen
            all.add(value(values, name));
        }
        form.choice(
                name,
                label(visit, name),
                value(values, name),
                all,
                option -> option.isEmpty() ? visit.text("console.by-default") : option);
    }

    /** The metadata to read. */
    static Html details(Visit visit, Registered client) {
        Map<String, String> values = values(client.metadata());
        Details details = new Details()
                .of(label(visit, "client_id"), client.id().value())
                .of(visit.text("console.state"), visit.text(client.enabled() ? "console.enabled" : "console.disabled"));
        client.previousSecretUntil()
                .ifPresent(until -> details.of(visit.text("console.client.previous"), new Html().time(until)));
        details.of(label(visit, "client_name"), value(values, "client_name"))
                .of(label(visit, "token_endpoint_auth_method"), value(values, "token_endpoint_auth_method"))
                .of(label(visit, "grant_types"), grantTypes(values));
        for (String name : List.of(
                "redirect_uris",
                "scope",
                "classification",
                "groups",
                "user_groups",
                "audience",
                "resource",
                "access_token_typ",
                "access_token_signed_response_alg",
                LEEWAY,
                "post_logout_redirect_uris",
                "allowed_origins")) {
            String value = value(values, name);
            if (name.equals("user_groups") && value.isEmpty() && isChecked(values, ONLY)) {
                value = visit.text("console.client.no-groups");
            }
            details.of(label(visit, name), value);
        }
        return details.html();
    }
}

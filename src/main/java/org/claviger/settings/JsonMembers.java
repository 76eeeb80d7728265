package org.claviger.settings;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the members of one JSON object of a file that an administrator writes. Every refusal is an
 * {@link IllegalArgumentException} whose message is a JSON pointer (RFC 6901) and what was expected there; it holds no value.
 */
public final class JsonMembers {
    private final JsonObject object;
    private final String pointer;
    private final Set<String> known = new HashSet<>();

    public JsonMembers(JsonObject object, String pointer) {
        this.object = object;
        this.pointer = pointer;
    }

    public String require(String name) {
        return text(name).orElseThrow(() -> refuse(name, "is missing"));
    }

    /** A text that is not empty, if the member is there. */
    public Optional<String> text(String name) {
        return find(name).map(value -> textOf(value, name));
    }

    /** A list of texts that are not empty; empty if the member is not there. */
    public List<String> texts(String name) {
        return find(name).map(value -> textsOf(value, name)).orElse(List.of());
    }

    /** Whether the member is there. */
    public boolean has(String name) {
        return find(name).isPresent();
    }

    /** The objects of a list; empty if the member is not there. */
    public List<JsonObject> objects(String name) {
        return find(name)
                .map(value -> {
                    if (value instanceof JsonArray array && array.stream().allMatch(JsonObject.class::isInstance)) {
                        return array.getValuesAs(JsonObject.class);
                    }
                    throw refuse(name, "must be a list of objects");
                })
                .orElse(List.of());
    }

    /** Refuses members that were not asked for: a misspelt one must not be passed over. */
    public void refuseOthers() {
        object.keySet().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw refuse(name, "is not a member known here");
                });
    }

    /** A refusal that points at this member. */
    public IllegalArgumentException refuse(String name, String expected) {
        String escaped = name.replace("~", "~0").replace("/", "~1");
        return new IllegalArgumentException(pointer + "/" + escaped + ": " + expected);
    }

    private Optional<JsonValue> find(String name) {
        known.add(name);
        return Optional.ofNullable(object.get(name));
    }

    private String textOf(JsonValue value, String name) {
        if (value instanceof JsonString text && !text.getString().isEmpty()) {
            return text.getString();
        }
        throw refuse(name, "must be a text that is not empty");
    }

    private List<String> textsOf(JsonValue value, String name) {
        if (value instanceof JsonArray array) {
            return array.stream().map(element -> textOf(element, name)).toList();
        }
        throw refuse(name, "must be a list of texts");
    }
}

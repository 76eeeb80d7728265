package org.claviger.settings;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

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

    /** A text that is not empty and has no control characters, if the member is there. */
    public Optional<String> text(String name) {
        return find(name).map(value -> textOf(value, pointerTo(name)));
    }

    /** The same where the text has to fit; {@code expected} says how. */
    public Optional<String> text(String name, Predicate<String> fits, String expected) {
        return text(name).map(text -> {
            if (!fits.test(text)) {
                throw refuse(name, expected);
            }
            return text;
        });
    }

    /** A whole number in a range, if the member is there. */
    public Optional<Long> number(String name, long min, long max) {
        return find(name).map(value -> {
            if (value instanceof JsonNumber number
                    && number.bigDecimalValue().stripTrailingZeros().scale() <= 0
                    && number.bigDecimalValue().compareTo(BigDecimal.valueOf(min)) >= 0
                    && number.bigDecimalValue().compareTo(BigDecimal.valueOf(max)) <= 0) {
                return number.longValue();
            }
            throw refuse(name, "must be a whole number between " + min + " and " + max);
        });
    }

    /** A list of such texts; empty if the member is not there. */
    public List<String> texts(String name, Predicate<String> fits, String expected) {
        return values(name, text -> Optional.of(text).filter(fits), expected);
    }

    /** What a list of texts stands for; empty if the member is not there. A text that stands for nothing is refused. */
    public <T> List<T> values(String name, Function<String, Optional<T>> meaning, String expected) {
        return elements(name, "must be a list of texts", (element, at) -> meaning.apply(textOf(element, at))
                .orElseThrow(() -> refuseAt(at, expected)));
    }

    /** Whether the member is there. */
    public boolean has(String name) {
        return find(name).isPresent();
    }

    /** The objects of a list; empty if the member is not there. */
    public List<JsonObject> objects(String name) {
        return elements(name, "must be a list of objects", (element, at) -> {
            if (element instanceof JsonObject found) {
                return found;
            }
            throw refuseAt(at, "must be an object");
        });
    }

    private <T> List<T> elements(String name, String expected, BiFunction<JsonValue, String, T> reading) {
        Optional<JsonValue> value = find(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (!(value.get() instanceof JsonArray array)) {
            throw refuse(name, expected);
        }
        return IntStream.range(0, array.size())
                .mapToObj(i -> reading.apply(array.get(i), pointerTo(name) + "/" + i))
                .toList();
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
        return refuseAt(pointerTo(name), expected);
    }

    private static IllegalArgumentException refuseAt(String pointer, String expected) {
        return new IllegalArgumentException(pointer + ": " + expected);
    }

    private String pointerTo(String name) {
        return pointerTo(pointer, name);
    }

    /** The pointer to a member of the object at {@code pointer} (RFC 6901 section 3). */
    static String pointerTo(String pointer, String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    private Optional<JsonValue> find(String name) {
        known.add(name);
        return Optional.ofNullable(object.get(name));
    }

    private static String textOf(JsonValue value, String pointer) {
        if (!(value instanceof JsonString text) || text.getString().isEmpty()) {
            throw refuseAt(pointer, "must be a text that is not empty");
        }
        if (text.getString().chars().anyMatch(Character::isISOControl)) {
            throw refuseAt(pointer, "must have no control characters");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text.getString())) {
            throw refuseAt(pointer, "must have no half of a surrogate pair"); // it would be stored as a question mark
        }
        return text.getString();
    }
}

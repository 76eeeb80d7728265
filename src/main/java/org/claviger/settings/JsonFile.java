package org.claviger.settings;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonLocation;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import jakarta.json.stream.JsonParsingException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads a JSON file that an administrator writes, strictly (RFC 8259): one object, nothing after it, no member twice. JSON-P
 * alone keeps the last of two members and does not look at what follows.
 */
public final class JsonFile {
    private final JsonParser parser;

    private JsonFile(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Reads the object in the file.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException that says where it is no such JSON; the message holds no value
     */
    public static JsonObject read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (CharacterCodingException malformed) {
            throw new IllegalArgumentException("is not UTF-8", malformed);
        }
        return parse(text);
    }

    /** The same of a text. */
    public static JsonObject parse(String text) {
        try (JsonParser parser = Json.createParser(new StringReader(text))) {
            // The parser throws where something follows.
            if (new JsonFile(parser).value(parser.next(), "") instanceof JsonObject object && !parser.hasNext()) {
                return object;
            }
            throw new IllegalArgumentException("must be one object");
        } catch (JsonParsingException malformed) {
            JsonLocation location = malformed.getLocation();
            throw new IllegalArgumentException(
                    "is not JSON, line " + location.getLineNumber() + " column " + location.getColumnNumber(),
                    malformed);
        }
    }

    private JsonValue value(Event event, String pointer) {
        return switch (event) {
            case START_OBJECT -> object(pointer);
            case START_ARRAY -> array(pointer);
            default -> parser.getValue();
        };
    }

    private JsonObject object(String pointer) {
        JsonObjectBuilder object = Json.createObjectBuilder();
        Set<String> names = new HashSet<>();
        while (parser.next() != Event.END_OBJECT) {
            String name = parser.getString();
            String member = JsonMembers.pointerTo(pointer, name);
            if (!names.add(name)) {
                throw new IllegalArgumentException(member + ": stands there twice");
            }
            object.add(name, value(parser.next(), member));
        }
        return object.build();
    }

    private JsonArray array(String pointer) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        int index = 0;
        for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
            array.add(value(event, pointer + "/" + index++));
        }
        return array.build();
    }
}

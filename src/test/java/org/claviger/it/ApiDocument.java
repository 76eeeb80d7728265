package org.claviger.it;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an OpenAPI document promises, and whether a server keeps it: each answer that it is shown is judged by what stands there for its
 * operation and status, and at the end it says what it was not shown.
 */
final class ApiDocument {
    private static final Set<String> PAGE = Set.of("text/html");

    private final JsonObject document;
    private final Set<String> shown = new TreeSet<>();
    private final List<String> complaints = new ArrayList<>();

    ApiDocument(JsonObject document) {
        this.document = document;
    }

    /** An operation, by its {@code operationId}. */
    record Operation(String id, String method, String path, JsonObject description) {
        Set<String> statuses() {
            return description.getJsonObject("responses").keySet();
        }

        /** Whether it wants this scope. */
        boolean wants(String scope) {
            return description
                    .getJsonArray("security")
                    .getJsonObject(0)
                    .getJsonArray("oauth2")
                    .getString(0)
                    .equals(scope);
        }

        boolean hasBody() {
            return description.containsKey("requestBody");
        }
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        document.getJsonObject("paths").forEach((path, item) -> item.asJsonObject()
                .forEach((method, value) -> operations.add(new Operation(
                        value.asJsonObject().getString("operationId"),
                        method.toUpperCase(Locale.ROOT),
                        path,
                        value.asJsonObject()))));
        return operations;
    }

    Operation operation(String id) {
        return operations().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the document has no operation " + id));
    }

    /** Judges the body of a request that was not refused. */
    void request(String id, String type, String body) {
        JsonObject content = resolved(operation(id).description().getJsonObject("requestBody"))
                .getJsonObject("content");
        if (!content.containsKey(type)) {
            complaints.add(id + " takes " + type);
        } else {
            validate(id + " request", content.getJsonObject(type).getJsonObject("schema"), body);
        }
    }

    /** Judges an answer. */
    void answer(String id, int status, HttpHeaders headers, String body) {
        String name = id + " " + status;
        shown.add(name);
        JsonObject responses = operation(id).description().getJsonObject("responses");
        if (!responses.containsKey(Integer.toString(status))) {
            complaints.add(name + " is not in the document");
            return;
        }
        JsonObject response = resolved(responses.getJsonObject(Integer.toString(status)));
        Optional.ofNullable(response.getJsonObject("headers"))
                .orElse(JsonValue.EMPTY_JSON_OBJECT)
                .forEach((header, described) -> header(name, header, resolved(described.asJsonObject()), headers));
        if (!headers.allValues("Cache-Control").equals(List.of("no-store"))) {
            complaints.add(name + " may be kept: " + headers.allValues("Cache-Control"));
        }
        content(name, response.getJsonObject("content"), headers, body);
    }

    private void header(String name, String header, JsonObject described, HttpHeaders headers) {
        Optional<String> value = headers.firstValue(header);
        if (value.isPresent()) {
            validate(
                    name + " " + header,
                    described.getJsonObject("schema"),
                    Json.createValue(value.get()).toString());
        } else if (described.getBoolean("required", false)) {
            complaints.add(name + " has no header " + header);
        }
    }

    private void content(String name, JsonObject content, HttpHeaders headers, String body) {
        String type = headers.firstValue("Content-Type").orElse("").split(";", 2)[0];
        if (content == null) {
            if (!body.isEmpty()) {
                complaints.add(name + " has a body: " + body);
            }
        } else if (!content.containsKey(type)) {
            // A page is something that only some servers add to what has no body.
            if (!body.isEmpty() || !content.keySet().equals(PAGE)) {
                complaints.add(name + " is of the type '" + type + "'");
            }
        } else if (type.endsWith("json")) {
            validate(name, content.getJsonObject(type).getJsonObject("schema"), body);
        }
    }

    /** Members that the document does not name do not fit, although it leaves room for those of later versions. */
    private void validate(String name, JsonObject schema, String json) {
        JsonObject closed = Json.createObjectBuilder()
                .add("allOf", Json.createArrayBuilder().add(closed(schema)))
                .add("$defs", closed(document.getJsonObject("components").getJsonObject("schemas")))
                .build();
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(
                        closed.toString().replace("#/components/schemas/", "#/$defs/"),
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build())
                .validate(json, InputFormat.JSON)
                .forEach(message -> complaints.add(name + message.getMessage()));
    }

    private static JsonValue closed(JsonValue value) {
        if (value instanceof JsonArray array) {
            return Json.createArrayBuilder(
                            array.stream().map(ApiDocument::closed).toList())
                    .build();
        }
        if (!(value instanceof JsonObject object)) {
            return value;
        }
        JsonObjectBuilder closed = Json.createObjectBuilder();
        object.forEach((member, inner) -> closed.add(member, closed(inner)));
        if (object.get("properties") instanceof JsonObject && !object.containsKey("additionalProperties")) {
            closed.add("additionalProperties", false);
        }
        return closed.build();
    }

    private JsonObject resolved(JsonObject described) {
        return described.get("$ref") instanceof JsonString reference
                ? Json.createPointer(reference.getString().substring(1))
                        .getValue(document)
                        .asJsonObject()
                : described;
    }

    /** What did not fit, and what was not shown. */
    List<String> complaints() {
        List<String> all = new ArrayList<>(complaints);
        for (Operation operation : operations()) {
            operation.statuses().stream()
                    .map(status -> operation.id() + " " + status)
                    .filter(name -> !shown.contains(name))
                    .forEach(name -> all.add(name + " was not seen"));
        }
        return all;
    }
}

package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The judge of {@link AdminOperationsIT} finds each kind of broken promise. */
class ApiDocumentTest {
    private static final String DOCUMENT =
            """
            {"paths": {
                "/a": {"get": {"operationId": "one", "responses": {
                    "200": {"$ref": "#/components/responses/A"}, "404": {"description": "none"}}}}%s},
             "components": {
                "responses": {"A": {
                    "headers": {"ETag": {"required": true, "schema": {"type": "string", "pattern": "^x"}}},
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}},
                "schemas": {"A": {"type": "object", "required": ["id"], "properties": {
                    "id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}}}}}
            """;

    private static ApiDocument document(String more) {
        return new ApiDocument(RunningClaviger.json(DOCUMENT.formatted(more)));
    }

    private static List<String> complaints(int status, String type, String etag, String body) {
        ApiDocument document = document("");
        document.answer("one", status, headers(type, etag), body);
        return document.complaints().stream()
                .filter(complaint -> !complaint.endsWith("was not seen"))
                .toList();
    }

    private static HttpHeaders headers(String type, String etag) {
        return HttpHeaders.of(
                Map.of("Content-Type", List.of(type), "ETag", List.of(etag), "Cache-Control", List.of("no-store")),
                (name, value) -> !value.isEmpty());
    }

    @Test
    void what_keeps_every_promise_is_not_complained_of() {
        ApiDocument document = document("");
        document.answer("one", 200, headers("application/json;charset=UTF-8", "x"), "{\"id\":\"1\"}");
        document.answer("one", 404, headers("", ""), "");
        assertThat(document.complaints()).isEmpty();
    }

    @Test
    void an_operation_more_is_missed_with_each_of_its_answers() {
        ApiDocument document =
                document(",\"/b\":{\"put\":{\"operationId\":\"other\",\"responses\":{\"204\":{},\"403\":{}}}}");
        document.answer("one", 200, headers("application/json", "x"), "{\"id\":\"1\"}");
        assertThat(document.complaints())
                .containsExactly("one 404 was not seen", "other 204 was not seen", "other 403 was not seen");
    }

    @Test
    void an_answer_that_is_not_in_the_document_is_complained_of() {
        assertThat(complaints(201, "application/json", "x", "{\"id\":\"1\"}"))
                .containsExactly("one 201 is not in the document");
        assertThatThrownBy(() -> document("").answer("two", 200, headers("", ""), ""))
                .hasMessageContaining("no operation two");
    }

    @Test
    void another_type_body_or_header_is_complained_of() {
        assertThat(complaints(200, "text/html", "x", "{}")).containsExactly("one 200 is of the type 'text/html'");
        assertThat(complaints(200, "application/json", "", "{\"id\":\"1\"}"))
                .containsExactly("one 200 has no header ETag");
        assertThat(complaints(200, "application/json", "y", "{\"id\":\"1\"}"))
                .singleElement()
                .asString()
                .startsWith("one 200 ETag");
        for (String body :
                List.of("{}", "{\"id\":1}", "[]", "{\"id\":\"1\",\"more\":1}", "{\"id\":\"1\",\"at\":\"x\"}")) {
            assertThat(complaints(200, "application/json", "x", body)).as(body).isNotEmpty();
        }
        assertThat(complaints(404, "text/html", "x", "<h1>")).containsExactly("one 404 has a body: <h1>");
    }
}

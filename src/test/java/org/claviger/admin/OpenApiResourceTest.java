package org.claviger.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.oauth.Scope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The document that the build writes: it is OpenAPI, and says what the resources are, no more and no less. */
class OpenApiResourceTest {
    private static String document;
    private static SwaggerParseResult parsed;

    @BeforeAll
    static void parse() throws IOException {
        document = OpenApiResource.document();
        parsed = new OpenAPIV3Parser().readContents(document, List.of(), new ParseOptions());
    }

    private static OpenAPI api() {
        return parsed.getOpenAPI();
    }

    /** The operations of the document, by {@code GET /clients}. */
    private static Map<String, Operation> described() {
        Map<String, Operation> described = new TreeMap<>();
        api().getPaths().forEach((path, item) -> item.readOperationsMap()
                .forEach((method, operation) -> described.put(method + " " + path, operation)));
        return described;
    }

    /** The scope that each operation of the resources wants. */
    private static Map<String, String> implemented() {
        Map<String, String> implemented = new TreeMap<>();
        resources().forEach(resource -> Arrays.stream(resource.getMethods()).forEach(method -> verb(method)
                .ifPresent(verb -> implemented.put(verb + " " + path(resource, method), scope(method)))));
        return implemented;
    }

    private static Stream<Class<?>> resources() {
        return new ClassFileImporter()
                .importPackagesOf(AdminApplication.class).stream()
                        .filter(type -> type.isAnnotatedWith(Path.class))
                        .map(JavaClass::reflect);
    }

    private static Optional<String> verb(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(Annotation::annotationType)
                .map(type -> type.getAnnotation(HttpMethod.class))
                .flatMap(Stream::ofNullable)
                .map(HttpMethod::value)
                .findFirst();
    }

    private static String path(Class<?> resource, Method method) {
        String below = method.isAnnotationPresent(Path.class)
                ? "/" + method.getAnnotation(Path.class).value()
                : "";
        return "/" + resource.getAnnotation(Path.class).value() + below;
    }

    private static String scope(Method method) {
        RolesAllowed roles = Stream.of(method, method.getDeclaringClass())
                .map(place -> place.getAnnotation(RolesAllowed.class))
                .flatMap(Stream::ofNullable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(method + " is open to anybody"));
        return switch (String.join(" ", roles.value())) {
            case BearerAuthenticationMechanism.READER_ROLE -> Scope.ADMIN_READ;
            case BearerAuthenticationMechanism.ADMIN_ROLE -> Scope.ADMIN;
            default -> throw new AssertionError(method + " is for " + List.of(roles.value()));
        };
    }

    @Test
    void it_is_open_api_without_a_complaint() {
        assertThat(parsed.getMessages()).isEmpty();
        assertThat(api().getOpenapi()).startsWith("3.1.");
        assertThat(api().getInfo().getVersion()).matches("[0-9]+[.][0-9]+.*");
        assertThat(api().getInfo().getLicense().getName()).isEqualTo("Apache-2.0");
        assertThat(api().getServers()).singleElement().satisfies(server -> assertThat(server.getUrl())
                .isEqualTo(OpenApiResource.PLACEHOLDER + "/admin"));
    }

    @Test
    void every_operation_of_every_resource_is_in_it_and_no_other() {
        assertThat(implemented()).hasSizeGreaterThan(29);
        assertThat(described().keySet()).isEqualTo(implemented().keySet());
    }

    @Test
    void each_wants_the_scope_that_its_role_wants() {
        Map<String, String> scopes = new TreeMap<>();
        described()
                .forEach((name, operation) -> scopes.put(
                        name,
                        operation.getSecurity().stream()
                                .map(requirement -> String.join(" ", requirement.getOrDefault("oauth2", List.of())))
                                .collect(Collectors.joining(" or "))));
        assertThat(scopes).isEqualTo(implemented());
    }

    @Test
    void each_has_a_name_a_summary_a_success_and_its_refusals() {
        described().forEach((name, operation) -> {
            assertThat(operation.getSummary()).as(name).isNotBlank();
            // Where a name stands twice, a number is added to one of them.
            assertThat(operation.getOperationId()).as(name).matches("[A-Za-z]+");
            assertThat(operation.getResponses().keySet())
                    .as(name)
                    .contains("400", "401", "406", "421")
                    .doesNotContain("default")
                    .anyMatch(status -> status.startsWith("2"));
            if (scopeOf(operation).equals(Scope.ADMIN)) {
                assertThat(operation.getResponses()).as(name).containsKey("403");
            }
        });
        assertThat(described().values().stream().map(Operation::getOperationId)).doesNotHaveDuplicates();
    }

    private static String scopeOf(Operation operation) {
        return operation.getSecurity().get(0).get("oauth2").get(0);
    }

    @Test
    void whatever_it_names_is_there_and_nothing_lies_about() {
        Matcher references = Pattern.compile("\"#/components/(\\w+)/(\\w+)\"").matcher(document);
        assertThat(references
                        .results()
                        .map(found -> found.group(1) + "/" + found.group(2))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(components());
    }

    private static List<String> components() {
        return Stream.of(
                        names("schemas", api().getComponents().getSchemas()),
                        names("responses", api().getComponents().getResponses()),
                        names("parameters", api().getComponents().getParameters()),
                        names("requestBodies", api().getComponents().getRequestBodies()),
                        names("headers", api().getComponents().getHeaders()))
                .flatMap(names -> names)
                .toList();
    }

    private static Stream<String> names(String kind, Map<String, ?> named) {
        return named.keySet().stream().map(name -> kind + "/" + name);
    }

    /** Swagger reads our part of the document as OpenAPI 3.0, and drops or voids what it does not know. */
    @Test
    void nothing_is_left_void_and_nothing_guessed() {
        assertThat(document).doesNotContainPattern("[:,\\[]\\s*null\\b").doesNotContain("default response");
        described().forEach((name, operation) -> {
            Stream.ofNullable(operation.getParameters())
                    .flatMap(List::stream)
                    .forEach(parameter ->
                            assertThat(parameter.get$ref()).as(name).isNotNull());
            if (operation.getRequestBody() != null) {
                assertThat(operation.getRequestBody().get$ref()).as(name).isNotNull();
            }
        });
    }
}

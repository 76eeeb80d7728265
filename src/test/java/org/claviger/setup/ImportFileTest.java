package org.claviger.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files, good and bad, as the import and the published schema judge them: the same, as far as a schema can tell. */
class ImportFileTest {
    private static final String SECRET = "'client_secret': '0123456789abcdef0123456789abcdef'";
    private static final String SERVICE = "'client_id': 's', 'grant_types': ['client_credentials']";
    private static final String PUBLIC = "'client_id': 'p', 'token_endpoint_auth_method': 'none'";
    private static final String HASH =
            "pbkdf2-sha256$600000$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final String USER = "'username': 'alice', 'password': 'twelve chars'";
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "SERVICE_SECRET", "another-secret-of-32-characters--", "SHORT", "short", "EMPTY", "", "BROKEN", "a\nb");

    private static List<SetupFixture> nodes;
    private static JsonSchema schema;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void open() throws IOException {
        nodes = SetupFixture.twoNodes();
        schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("docs/import.schema.json")));
    }

    @AfterAll
    static void close() {
        nodes.forEach(SetupFixture::close);
    }

    static Stream<String> good() {
        return Stream.of(
                "{}",
                "{'$schema': 'import.schema.json', 'clients': [], 'users': []}",
                client(SERVICE, SECRET),
                client(SERVICE, "'client_secret': {'env': 'SERVICE_SECRET'}"),
                client(SERVICE, SECRET, "'client_name': 'Ünïcödé', 'token_endpoint_auth_method': 'client_secret_post'"),
                client(
                        SERVICE,
                        SECRET,
                        "'scope': 'a b claviger:admin claviger:admin.read urn:x:claviger:y', 'audience': 'https://a.example'"),
                client(
                        SERVICE,
                        SECRET,
                        "'groups': ['user'], 'access_token_typ': 'JWT', 'classification': 'restricted'"),
                client(SERVICE, SECRET, "'access_token_signed_response_alg': 'EdDSA'"),
                client(PUBLIC, "'redirect_uris': ['https://a.example']"),
                client(PUBLIC, "'redirect_uris': ['https://a.example:8443/callback?x=%20y']"),
                client(PUBLIC, "'redirect_uris': ['https://[2001:db8::1]/callback']"),
                client(
                        PUBLIC,
                        "'redirect_uris': ['http://127.0.0.1/callback', 'http://[::1]:8080/', 'http://localhost']"),
                client(PUBLIC, "'redirect_uris': ['com.example.app:/callback', 'com.example.app://callback/x']"),
                client(
                        PUBLIC,
                        "'redirect_uris': ['https://a.example/'], 'post_logout_redirect_uris': ['com.a.b:/bye']"),
                client(PUBLIC, "'redirect_uris': ['https://a.example/'], 'user_groups': []"),
                client(SERVICE, SECRET, "'refresh_token_leeway': 0"),
                client(SERVICE, SECRET, "'refresh_token_leeway': 60"),
                client(SERVICE, SECRET, "'refresh_token_leeway': 6e1"),
                client(
                        PUBLIC,
                        "'redirect_uris': ['https://a.example/'], 'grant_types': ['authorization_code', 'refresh_token']",
                        "'allowed_origins': ['https://a.example', 'http://127.0.0.1:3000']"),
                user(USER),
                user(USER, "'name': 'Alice', 'email': 'alice@example.org', 'groups': ['user', 'claviger-admin']"),
                user("'username': 'ålice b', 'password': {'env': 'SERVICE_SECRET'}"),
                user("'username': 'alice', 'password_hash': '" + HASH + "'"));
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                // the file
                arguments("{'user': []}", "/user: is not a member known here"),
                arguments("{'clients': {}}", "/clients: must be a list of objects"),
                arguments("{'clients': [1]}", "/clients/0: must be an object"),
                arguments("{'$schema': 1}", "/$schema: must be a text"),
                // who the client is
                arguments(client(), "/clients/0/client_id: is missing"),
                arguments(client("'client_id': 1"), "/clients/0/client_id: must be a text"),
                arguments(client("'client_id': 'a b'"), "/clients/0/client_id: must be 1 to 255 printable ASCII"),
                arguments(client("'client_id': 'ä'"), "/clients/0/client_id: must be 1 to 255 printable ASCII"),
                arguments(client("'client_id': '" + "a".repeat(256) + "'"), "/clients/0/client_id: must be 1 to 255"),
                arguments(client(SERVICE, SECRET, "'a/b~c': 1"), "/clients/0/a~1b~0c: is not a member known here"),
                arguments(client(SERVICE, SECRET, "'client_name': ''"), "/clients/0/client_name: must be a text"),
                arguments(client(SERVICE, SECRET, "'client_name': null"), "/clients/0/client_name: must be a text"),
                arguments(
                        client(SERVICE, SECRET, "'client_name': 'a\\u0000b'"), "/clients/0/client_name: must have no"),
                arguments(
                        client(SERVICE, SECRET, "'refresh_token_leeway': 61"),
                        "/clients/0/refresh_token_leeway: must be a whole number between 0 and 60"),
                arguments(client(SERVICE, SECRET, "'refresh_token_leeway': -1"), "/clients/0/refresh_token_leeway: "),
                arguments(client(SERVICE, SECRET, "'refresh_token_leeway': 0.5"), "/clients/0/refresh_token_leeway: "),
                arguments(client(SERVICE, SECRET, "'refresh_token_leeway': '5'"), "/clients/0/refresh_token_leeway: "),
                // its secret
                arguments(client(SERVICE), "/clients/0/client_secret: is missing"),
                arguments(
                        client(SERVICE, "'client_secret': '0123456789abcdef0123456789abcde'"),
                        "/clients/0/client_secret: must have at least 32"),
                arguments(
                        client(SERVICE, "'client_secret': '" + "ä".repeat(32) + "'"),
                        "/clients/0/client_secret: must have at least 32"),
                arguments(
                        client(SERVICE, "'client_secret': {'file': 'x'}"), "/clients/0/client_secret/env: is missing"),
                arguments(
                        client(SERVICE, "'client_secret': {'env': 'SERVICE_SECRET', 'file': 'x'}"),
                        "/clients/0/client_secret/file: is not a member known here"),
                arguments(
                        client(PUBLIC, SECRET, "'redirect_uris': ['https://a.example/']"),
                        "/clients/0/client_secret: a public client has none"),
                arguments(
                        client(SERVICE, SECRET, "'token_endpoint_auth_method': 'private_key_jwt'"),
                        "/clients/0/token_endpoint_auth_method: must be client_secret_basic"),
                // what it may do
                arguments(
                        client("'client_id': 'c', 'grant_types': ['client_credentials', 'password']", SECRET),
                        "/clients/0/grant_types/1: must be authorization_code"),
                arguments(
                        client("'client_id': 'c', 'grant_types': 'client_credentials'", SECRET),
                        "/clients/0/grant_types: must be a list of texts"),
                arguments(
                        client(PUBLIC, "'grant_types': ['client_credentials']"),
                        "/clients/0/grant_types: a public client cannot"),
                arguments(client(SERVICE, SECRET, "'scope': 'a  b'"), "/clients/0/scope: a scope is a list"),
                arguments(client(SERVICE, SECRET, "'scope': 'a\\\"b'"), "/clients/0/scope: a scope is a list"),
                arguments(
                        client(SERVICE, SECRET, "'scope': '" + "a".repeat(1001) + "'"),
                        "/clients/0/scope: a scope has at most"),
                arguments(
                        client(SERVICE, SECRET, "'scope': 'a claviger:other'"),
                        "/clients/0/scope: what begins with claviger: must be of claviger:admin, claviger:admin.read"),
                arguments(
                        client(SERVICE, SECRET, "'scope': 'claviger:admin.write'"),
                        "/clients/0/scope: what begins with claviger: must be of"),
                arguments(
                        client(SERVICE, SECRET, "'scope': 'claviger:admin:everything'"),
                        "/clients/0/scope: what begins"),
                arguments(
                        client(SERVICE, SECRET, "'groups': ['user', 'claviger-admin']"),
                        "/clients/0/groups/1: must not be a group that begins with claviger-"),
                arguments(
                        client(SERVICE, SECRET, "'user_groups': ['claviger-x']"),
                        "/clients/0/user_groups/0: must not be"),
                arguments(
                        client(SERVICE, SECRET, "'access_token_signed_response_alg': 'HS256'"),
                        "/clients/0/access_token_signed_response_alg: must be RS256"),
                arguments(
                        client(SERVICE, SECRET, "'access_token_typ': 'jwt'"),
                        "/clients/0/access_token_typ: must be at"),
                arguments(
                        client(SERVICE, SECRET, "'allowed_origins': ['https://a.example/']"),
                        "/clients/0/allowed_origins/0: must be an origin"),
                // where it is sent back to
                arguments(client(PUBLIC), "/clients/0/redirect_uris: is missing"),
                arguments(client(PUBLIC, "'redirect_uris': []"), "/clients/0/redirect_uris: is missing"),
                badRedirect("http://a.example/callback"),
                badRedirect("http://localhost.a.example/"),
                badRedirect("http://127.0.0.1.a.example/"),
                badRedirect("http://127.0.0.2/"),
                badRedirect("https:///callback"),
                badRedirect("https://user@a.example/"),
                badRedirect("https://user:password@a.example/"),
                badRedirect("com.example.app://user@callback/"),
                badRedirect("https://a.example/#fragment"),
                badRedirect("https://a.example/#"),
                badRedirect("https://*.a.example/"),
                badRedirect("https://a.example/*"),
                badRedirect("https://a.example/call back"),
                badRedirect("https://a.example/\\u00e4"),
                badRedirect("https://a.example/%zz"),
                badRedirect("https://a.example\\\\@b.example/"),
                badRedirect("HTTPS://a.example/"),
                badRedirect("//a.example/"),
                badRedirect("/callback"),
                badRedirect("javascript:alert(1)"),
                badRedirect("JavaScript:alert(1)"),
                badRedirect("data:text/html,x"),
                badRedirect("myapp:/callback"),
                badRedirect("https://a.example/" + "a".repeat(2000)),
                arguments(
                        client(
                                PUBLIC,
                                "'redirect_uris': ['https://a.example/'], 'post_logout_redirect_uris': ['http://a']"),
                        "/clients/0/post_logout_redirect_uris/0: must be https"),
                // users
                arguments(user("'password': 'twelve chars'"), "/users/0/username: is missing"),
                arguments(
                        user("'username': ' alice', 'password': 'twelve chars'"),
                        "/users/0/username: must be 1 to 255"),
                arguments(
                        user("'username': '" + "a".repeat(256) + "', 'password': 'twelve chars'"),
                        "/users/0/username: must be 1 to 255"),
                arguments(user("'username': 'a\\tb', 'password': 'twelve chars'"), "/users/0/username: must have no"),
                arguments(user("'username': 'alice'"), "/users/0/password: is missing, and so is password_hash"),
                arguments(
                        user(USER, "'password_hash': '" + HASH + "'"), "/users/0/password_hash: must not stand beside"),
                arguments(user("'username': 'a', 'password': 'seven c'"), "/users/0/password: must have at least 8"),
                arguments(
                        user("'username': 'a', 'password': '" + "a".repeat(1001) + "'"),
                        "/users/0/password: must have at least 8 and at most 1000"),
                arguments(
                        user("'username': 'a', 'password_hash': {'env': 'SERVICE_SECRET'}"),
                        "/users/0/password_hash: must be a text"),
                arguments(
                        user("'username': 'a', 'password_hash': '" + HASH.replace("600000", "599999") + "'"),
                        "/users/0/password_hash: must be pbkdf2-sha256$"),
                arguments(
                        user("'username': 'a', 'password_hash': '" + HASH.replace("600000", "10000001") + "'"),
                        "/users/0/password_hash: must be pbkdf2-sha256$"),
                arguments(
                        user("'username': 'a', 'password_hash': '$2b$12$abcdefghijklmnopqrstuv'"),
                        "/users/0/password_hash: must be pbkdf2-sha256$"),
                arguments(
                        user(USER, "'groups': ['claviger-admins']"),
                        "/users/0/groups/0: must be a group of at most 255 characters"),
                arguments(user(USER, "'name': '" + "a".repeat(256) + "'"), "/users/0/name: has more than 255"),
                arguments(user(USER, "'enabled': true"), "/users/0/enabled: is not a member known here"));
    }

    static Stream<Arguments> badButNotForASchema() {
        return Stream.of(
                arguments(
                        "{'clients': [{%s, %s}, {%s, %s}]}".formatted(SERVICE, SECRET, SERVICE, SECRET),
                        "/clients/1/client_id: stands in the file twice"),
                arguments(
                        "{'users': [{%s}, {%s}]}".formatted(USER, USER), "/users/1/username: stands in the file twice"),
                arguments(
                        "{'clients': [{%s, %s}], 'users': [{'username': 's', 'password': 'twelve chars'}]}"
                                .formatted(SERVICE, SECRET),
                        "/clients/0/client_id: is the name of a user too"),
                arguments(client(SERVICE, SECRET, SECRET), "/clients/0/client_secret: stands there twice"),
                arguments("{'users': [], 'users': []}", "/users: stands there twice"),
                arguments(
                        client(SERVICE, "'client_secret': {'env': 'MISSING'}"),
                        "/clients/0/client_secret/env: the environment variable MISSING is missing or empty"),
                arguments(
                        user("'username': 'a', 'password': {'env': 'EMPTY'}"),
                        "/users/0/password/env: the environment variable EMPTY is missing or empty"),
                arguments(
                        client(SERVICE, "'client_secret': {'env': 'SHORT'}"),
                        "/clients/0/client_secret: must have at least 32"),
                arguments(
                        user("'username': 'a', 'password': {'env': 'BROKEN'}"),
                        "/users/0/password: must have no control"),
                badRedirect("https://a.example:65536/"),
                arguments(
                        client(SERVICE, SECRET, "'classification': 'internal'"),
                        "/clients/0/classification: must be one of restricted, sensitive, standard"),
                arguments(
                        client(SERVICE, SECRET, "'client_name': '" + "a".repeat(100_000) + "'"),
                        "/clients/0: is longer than 100000 characters"));
    }

    static Stream<Arguments> notJson() {
        return Stream.of(
                arguments("", "is not JSON, line 1 column"),
                arguments("[]", "must be one object"),
                arguments("{'clients': [}", "is not JSON, line 1 column 14"),
                arguments("{}\n{}", "is not JSON, line 2 column"),
                arguments("{'users': [{'password': \n secret}]}", "is not JSON, line 2 column 2"));
    }

    private static Arguments badRedirect(String uri) {
        return arguments(
                client(PUBLIC, "'redirect_uris': ['https://a.example/', '" + uri + "']"),
                "/clients/0/redirect_uris/1: must be https");
    }

    private static String client(String... members) {
        return "{'clients': [{" + String.join(", ", members) + "}]}";
    }

    private static String user(String... members) {
        return "{'users': [{" + String.join(", ", members) + "}]}";
    }

    @ParameterizedTest
    @MethodSource("good")
    void a_good_file_satisfies_import_and_schema(String file) throws IOException {
        assertThat(read(file)).isNotNull();
        assertThat(schemaComplaints(file)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void a_bad_file_is_refused_by_pointer_and_by_the_schema(String file, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(file)).withMessageStartingWith(message);
        assertThat(schemaComplaints(file)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("badButNotForASchema")
    void what_no_schema_can_tell_is_refused_all_the_same(String file, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> read(file)).withMessageStartingWith(message);
        assertThat(schemaComplaints(file)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("notJson")
    void what_is_not_JSON_is_refused_by_line_and_without_what_stands_there(String file, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(file))
                .withMessageStartingWith(message)
                .withMessageNotContaining("secret");
    }

    @Test
    void no_refusal_holds_a_secret() {
        Stream.concat(bad(), badButNotForASchema()).forEach(row -> assertThatIllegalArgumentException()
                .isThrownBy(() -> read((String) row.get()[0]))
                .withMessageNotContainingAny("0123456789", "twelve chars", "eleven char", "AAAA", "another-secret"));
    }

    @Test
    void the_content_of_an_entry_is_what_its_secret_stands_for_in_any_order() throws IOException {
        List<ImportEntry> written = read(client(SERVICE, "'client_secret': 'another-secret-of-32-characters--'"));
        List<ImportEntry> named = read(client("'client_secret': {'env': 'SERVICE_SECRET'}", SERVICE));
        assertThat(named.get(0).content()).isEqualTo(written.get(0).content());
        assertThat(named.get(0)).hasToString("ImportEntry[client s]");
    }

    /** Apostrophes stand for quotation marks here. */
    private static List<ImportEntry> read(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("import.json"), text.replace('\'', '"'));
        SetupFixture node = nodes.get(0);
        List<ImportEntry> entries = new ImportFile(
                        node.clients,
                        node.resourceOwners,
                        ENVIRONMENT,
                        SetupFixture.CLASSIFICATIONS,
                        SetupFixture.POLICY)
                .read(file);
        entries.forEach(entry -> entry.check().run());
        return entries;
    }

    private static List<String> schemaComplaints(String text) {
        return schema.validate(text.replace('\'', '"'), InputFormat.JSON).stream()
                .map(Object::toString)
                .toList();
    }
}

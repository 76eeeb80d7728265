package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.claviger.testkit.TestToken;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every place where Jakarta EE lets an application say who may call, and every kind of credential: RFC 6750 section 3. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
class GuardMatrixIT {
    private final RunningClaviger claviger;
    private final Flow flow;

    GuardMatrixIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    /** What an application says, and the status for who has the role, who has not, and who is nobody. */
    private enum Access {
        ROLE(200, 403, 401),
        ANYBODY(200, 200, 401),
        OPEN(200, 200, 200),
        NOBODY(403, 403, 401);

        final int withRole;
        final int withoutRole;
        final int anonymous;

        Access(int withRole, int withoutRole, int anonymous) {
            this.withRole = withRole;
            this.withoutRole = withoutRole;
            this.anonymous = anonymous;
        }
    }

    private enum Credential {
        WITH_ROLE,
        WITHOUT_ROLE,
        NONE,
        GARBAGE,
        EXPIRED,
        REVOKED,
        TO_COME,
        FOREIGN,
        FORGED,
        UNSIGNED,
        TAMPERED,
        WRONG_AUDIENCE,
        WRONG_TYPE,
        UNKNOWN_CLIENT,
        TWO_HEADERS
    }

    private static Stream<Arguments> on(String path, Access access) {
        return Arrays.stream(Credential.values()).map(credential -> Arguments.of(path, access, credential));
    }

    static Stream<Arguments> webApplication() {
        return Stream.of(
                        on("/matrix/api/by-class", Access.ROLE),
                        on("/matrix/api/by-class/other-role", Access.NOBODY),
                        on("/matrix/api/by-class/permitted", Access.OPEN),
                        on("/matrix/api/by-class/denied", Access.NOBODY),
                        on("/matrix/api/by-method/role", Access.ROLE),
                        on("/matrix/api/by-method/any-role", Access.ANYBODY),
                        on("/matrix/api/by-method/permitted", Access.OPEN),
                        on("/matrix/api/by-method/unannotated", Access.OPEN),
                        on("/matrix/api/by-method/denied", Access.NOBODY),
                        on("/matrix/api/by-method/async", Access.ROLE),
                        on("/matrix/constrained", Access.ROLE),
                        on("/matrix/constrained/async", Access.ROLE),
                        on("/matrix/any-caller", Access.ANYBODY),
                        on("/matrix/open", Access.OPEN))
                .flatMap(rows -> rows);
    }

    static Stream<Arguments> enterpriseBeans() {
        return Stream.of(
                        on("/matrix-ejb/api/stateless", Access.ROLE),
                        on("/matrix-ejb/api/stateless/permitted", Access.OPEN),
                        on("/matrix-ejb/api/stateless/denied", Access.NOBODY),
                        on("/matrix-ejb/api/behind", Access.ROLE),
                        on("/matrix-ejb/api/behind/any-role", Access.ANYBODY))
                .flatMap(rows -> rows);
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("webApplication")
    void a_web_application(String path, Access access, Credential credential) throws InterruptedException, IOException {
        check(path, access, credential);
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("enterpriseBeans")
    @Tag("enterprise-beans")
    void an_application_with_enterprise_beans(String path, Access access, Credential credential)
            throws InterruptedException, IOException {
        check(path, access, credential);
    }

    private void check(String path, Access access, Credential credential) throws InterruptedException, IOException {
        HttpResponse<String> answer =
                claviger.get(path, credential == Credential.REVOKED ? revoked(path, access) : headers(credential));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected(access, credential));
        assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        String challenge = answer.headers().firstValue("WWW-Authenticate").orElse("none");
        switch (answer.statusCode()) {
            case 200 -> assertThat(challenge).isEqualTo("none");
            case 401 -> {
                if (credential == Credential.NONE) {
                    assertThat(challenge).startsWith("Bearer realm=").doesNotContain("error");
                } else {
                    assertThat(challenge)
                            .startsWith("Bearer realm=")
                            .contains("error=\"invalid_token\", error_description=\"");
                }
            }
            case 403 -> {
                // Payara refuses at a servlet constraint behind our back.
                if (!path.startsWith("/matrix/constrained") || challenge.startsWith("Bearer")) {
                    assertThat(challenge).contains("error=\"insufficient_scope\", error_description=\"");
                }
            }
            default -> assertThat(challenge).contains("error=\"invalid_request\", error_description=\"");
        }
    }

    private static int expected(Access access, Credential credential) {
        return switch (credential) {
            case WITH_ROLE -> access.withRole;
            case WITHOUT_ROLE -> access.withoutRole;
            case NONE -> access.anonymous;
            case TWO_HEADERS -> 400;
            default -> 401;
        };
    }

    private String[] headers(Credential credential) {
        TestToken token =
                claviger.tokens().token().client("service").user("clara").groups("orders");
        return switch (credential) {
            case WITH_ROLE -> bearer(token.sign());
            case WITHOUT_ROLE -> bearer(token.groups("other").sign());
            case NONE -> new String[0];
            case GARBAGE -> bearer("garbage");
            case EXPIRED -> bearer(token.expired());
            case REVOKED -> throw new IllegalArgumentException("is issued by the server, and then revoked");
            case TO_COME -> bearer(token.claim("nbf", 4_000_000_000L).sign());
            case FOREIGN -> bearer(token.foreign());
            case FORGED -> bearer(token.forged());
            case UNSIGNED -> bearer(token.unsigned());
            case TAMPERED -> bearer(token.tampered());
            case WRONG_AUDIENCE ->
                bearer(token.audience("https://elsewhere.example.org").sign());
            case WRONG_TYPE -> bearer(token.type("JWT").sign());
            case UNKNOWN_CLIENT -> bearer(token.client("nobody").sign());
            case TWO_HEADERS -> {
                String good = "Bearer " + token.sign();
                yield new String[] {"Authorization", good, "Authorization", good};
            }
        };
    }

    /** Issued by the server, good at this path, and then revoked; another token of the same subject stays good there. */
    private String[] revoked(String path, Access access) throws InterruptedException, IOException {
        String token = flow.serviceToken("service");
        String another = flow.serviceToken("service");
        assertThat(claviger.get(path, bearer(token)).statusCode()).isEqualTo(access.withRole);
        assertThat(flow.revoke("service", token).statusCode()).isEqualTo(200);
        assertThat(claviger.get(path, bearer(another)).statusCode()).isEqualTo(access.withRole);
        return bearer(token);
    }

    private static String[] bearer(String token) {
        return new String[] {"Authorization", "Bearer " + token};
    }

    @Test
    void an_applications_own_403_is_left_alone() throws InterruptedException, IOException {
        String token = claviger.tokens().token().client("service").user("clara").sign();
        HttpResponse<String> answer = claviger.get("/matrix/api/by-method/own-403", bearer(token));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("X-Own")).hasValue("yes");
        assertThat(answer.body()).isEqualTo("not on Sundays");
    }

    @Test
    void whoever_answers_later_knows_its_own_caller() throws InterruptedException, IOException {
        for (String path : new String[] {"/matrix/api/by-method/async", "/matrix/constrained/async"}) {
            for (String caller : new String[] {"clara", "dora", "clara", "emil"}) {
                String token = claviger.tokens()
                        .token()
                        .client("service")
                        .user(caller)
                        .groups("orders")
                        .sign();
                assertThat(claviger.get(path, bearer(token)).body()).isEqualTo(caller);
            }
        }
    }

    @Test
    void r8_on_one_connection_nobody_is_taken_for_the_caller_before() throws IOException {
        String[] callers = {"clara", "dora"};
        List<String> tokens = Stream.of(callers)
                .map(caller -> "Authorization: Bearer "
                        + claviger.tokens()
                                .token()
                                .client("service")
                                .user(caller)
                                .groups("orders")
                                .sign())
                .toList();
        try (Wire wire = new Wire(claviger)) {
            // More often than the server has threads that could still hold a caller; Payara closes after 250 requests.
            for (int i = 0; i < 24; i++) {
                int who = i % 2;
                for (String path : List.of("/open", "/constrained", "/constrained/async", "/api/by-method/async")) {
                    Wire.Answer answer = ask(wire, path, tokens.get(who));
                    assertThat(answer.status()).as(path).isEqualTo(200);
                    assertThat(answer.body()).as(path).isEqualTo(callers[who]);
                }
                assertThat(ask(wire, "/open").body()).isEqualTo("nobody");
                for (String path : List.of("/constrained", "/constrained/async", "/any-caller", "/api/by-class")) {
                    assertThat(ask(wire, path).status()).as(path).isEqualTo(401);
                }
            }
        }
    }

    private static Wire.Answer ask(Wire wire, String path, String... headers) throws IOException {
        Wire.Answer answer = wire.send("GET /matrix" + path, List.of(headers), new byte[0]);
        assertThat(answer.headers()).doesNotContainKey("set-cookie");
        return answer;
    }

    @Test
    void no_session_is_made() throws InterruptedException, IOException {
        String token = claviger.tokens().token().client("service").user("clara").sign();
        assertThat(claviger.get("/matrix/open", bearer(token)).body()).isEqualTo("clara");
        assertThat(claviger.get("/matrix/open").body()).isEqualTo("nobody");
    }
}

package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an administrator's program sends by mistake: it is refused or finds nothing, and is never a fault. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
class AdminHostileInputIT {
    private static final String ADMIN = "/api/v2/auth/admin/";

    private final RunningClaviger claviger;
    private final String token;

    AdminHostileInputIT(RunningClaviger claviger, Flow flow) throws InterruptedException, IOException {
        this.claviger = claviger;
        token = flow.serviceToken("operator", "scope", "claviger:admin");
    }

    private void assertNoFault(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as("%s %s", answer.uri(), answer.body()).isBetween(200, 499);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "clients?after=",
                "clients?name=",
                "clients/",
                "clients/~",
                "users?after=",
                "users?name=",
                "users/",
                "sessions/families?subject=",
                "sessions/families?client_id=",
                "sessions/families?client_id=web&after=",
                "sessions/sign-ins?subject=",
                "revocations?after="
            })
    void an_odd_value_finds_nothing_or_is_refused(String resource) throws InterruptedException, IOException {
        for (String odd : new String[] {"%00", "a%00b", "AA", "%ED%A0%80", "%FF", "%25_", "'", "a".repeat(2_000)}) {
            assertNoFault(claviger.get(ADMIN + resource + odd, "Authorization", "Bearer " + token));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keys/%00/retire", "sessions/families/%00", "sessions/sign-ins/%00", "users/%00", "clients/%00"})
    void nothing_is_ended_or_changed_by_an_odd_name(String resource) throws InterruptedException, IOException {
        String method = resource.startsWith("keys") ? "POST" : "DELETE";
        assertNoFault(claviger.send(claviger.request(ADMIN + resource, "Authorization", "Bearer " + token)
                .method(method, BodyPublishers.noBody())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "users {\"username\":\"nul\\u0000\"}",
                "users {\"username\":\"nul-in-name\",\"name\":\"a\\u0000b\"}",
                "users {\"username\":\"nul-in-mail\",\"email\":\"a\\u0000@example.org\"}",
                "users {\"username\":\"nul-in-group\",\"groups\":[\"a\\u0000\"]}",
                "users {\"username\":\"half\",\"name\":\"\\ud800\"}",
                "clients {\"client_id\":\"nul\\u0000\",\"grant_types\":[\"client_credentials\"],\"scope\":\"demo\"}",
                "clients {\"client_id\":\"nul-in-name\",\"client_name\":\"a\\u0000\",\"grant_types\":[\"client_credentials\"],\"scope\":\"demo\"}",
                "revocations {\"kind\":\"subject\",\"name\":\"\\u0000\"}",
                "revocations {\"kind\":\"client\",\"name\":\"\\u0000\"}"
            })
    void an_odd_text_is_refused(String call) throws InterruptedException, IOException {
        String[] parts = call.split(" ", 2);
        HttpResponse<String> answer = claviger.send(claviger.request(
                        ADMIN + parts[0], "Authorization", "Bearer " + token, "Content-Type", "application/json")
                .POST(BodyPublishers.ofString(parts[1])));

        assertThat(answer.statusCode()).as(answer.body()).isBetween(400, 499);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT clients 405", "DELETE settings 405", "GET nothing 404", "GET users/a/b/c 404"})
    void what_there_is_not_is_refused_by_a_problem(String call) throws InterruptedException, IOException {
        String[] parts = call.split(" ", -1);
        HttpResponse<String> answer =
                claviger.send(claviger.request(ADMIN + parts[1], "Authorization", "Bearer " + token)
                        .method(parts[0], BodyPublishers.noBody()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(Integer.parseInt(parts[2]));
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(answer.headers().firstValue("Allow").isPresent()).isEqualTo(parts[2].equals("405"));
    }
}

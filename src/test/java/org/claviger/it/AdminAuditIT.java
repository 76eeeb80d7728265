package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was done and how often, seen over HTTP. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
@TestInstance(Lifecycle.PER_CLASS)
class AdminAuditIT {
    private static final String ADMIN = "/api/v2/auth/admin";
    private static final String AUDIT = ADMIN + "/audit";
    private static final String STATISTICS = ADMIN + "/statistics";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private final RunningClaviger claviger;
    private final Flow flow;
    private String admin;
    private String reader;

    AdminAuditIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void authorize() throws InterruptedException, IOException {
        admin = flow.serviceToken("operator", "scope", "claviger:admin");
        reader = flow.serviceToken("auditor", "scope", "claviger:admin.read");
    }

    private List<JsonObject> events(String query) throws InterruptedException, IOException {
        HttpResponse<String> answer = flow.call(AUDIT + query, reader);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).getJsonArray("events").getValuesAs(JsonValue::asJsonObject);
    }

    private JsonObject await(String path, Predicate<JsonObject> wanted) throws InterruptedException, IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        JsonObject seen;
        do {
            HttpResponse<String> answer = flow.call(path, reader);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            seen = json(answer);
        } while (!wanted.test(seen) && System.nanoTime() < deadline);
        assertThat(wanted.test(seen)).as(seen.toString()).isTrue();
        return seen;
    }

    @Test
    void who_changed_what_from_where_and_in_which_request_is_seen() throws Exception {
        String id = "audited-" + System.nanoTime();
        HttpResponse<String> created = claviger.send(claviger.request(
                        ADMIN + "/clients",
                        "Authorization",
                        "Bearer " + admin,
                        "Content-Type",
                        "application/json",
                        "traceparent",
                        "00-" + TRACE + "-00f067aa0ba902b7-01")
                .POST(BodyPublishers.ofString(
                        "{\"client_id\":\"" + id + "\",\"grant_types\":[\"client_credentials\"],\"scope\":\"demo\"}")));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String secret = json(created).getString("client_secret");
        assertThat(claviger.send(claviger.request(ADMIN + "/clients/" + id, "Authorization", "Bearer " + admin)
                                .DELETE())
                        .statusCode())
                .isEqualTo(204);

        await( // that both are sealed: from then on they stay as they are
                AUDIT + "?client_id=" + id,
                seen -> seen.getJsonArray("events").getJsonObject(0).containsKey("position"));
        List<JsonObject> events = events("?client_id=" + id);

        assertThat(events)
                .extracting(event -> event.getString("event"))
                .containsExactly("CLIENT_DELETED", "CLIENT_CREATED");
        JsonObject creation = events.get(1);
        assertThat(creation.getString("by")).isEqualTo("operator");
        assertThat(creation.getString("client_id")).isEqualTo(id);
        assertThat(creation.getString("correlation")).isEqualTo(TRACE);
        assertThat(creation.getString("address")).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(Instant.parse(creation.getString("at")))
                .isBefore(Instant.parse(events.get(0).getString("at")));
        assertThat(events.get(0).getString("correlation"))
                .matches("[0-9a-f]{32}")
                .isNotEqualTo(TRACE);
        assertThat(events.toString()).doesNotContain(secret);
        claviger.awaitLog("CLIENT_CREATED by=\"operator\" client=\"" + id + "\" address=\"");
        assertThat(events("?client_id=" + id + "&by=operator&event=CLIENT_DELETED"))
                .hasSize(1);
        assertThat(events("?client_id=" + id + "&event=CLIENT_DELETED,CLIENT_CREATED"))
                .hasSize(2);
        assertThat(events("?client_id=" + id + "&event=CLIENT_DELETED&event=SIGNED_IN"))
                .hasSize(1);
        assertThat(events("?client_id=" + id + "&by=somebody")).isEmpty();
        assertThat(events("?client_id=" + id + "&until=2020-01-01T00:00:00Z")).isEmpty();
        HttpResponse<String> page = flow.call(AUDIT + "?limit=1&client_id=" + id, reader);
        assertThat(events("?limit=1&client_id=" + id + "&before=" + json(page).getString("next")))
                .singleElement()
                .isEqualTo(creation);
    }

    @Test
    void who_administers_is_known_by_what_never_changes() throws Exception {
        String id = "audited-" + System.nanoTime();
        String root = flow.tokens("console", "root").getString("access_token");
        HttpResponse<String> created = claviger.send(claviger.request(
                        ADMIN + "/clients", "Authorization", "Bearer " + root, "Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"client_id\":\"" + id + "\",\"grant_types\":[\"client_credentials\"],\"scope\":\"demo\"}")));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);

        assertThat(events("?client_id=" + id)).singleElement().satisfies(event -> {
            assertThat(event.getString("by")).isEqualTo("root");
            assertThat(event.getJsonObject("details").getString("by_subject"))
                    .isEqualTo(Jwts.claims(root).getString("sub"));
        });
    }

    @Test
    void what_people_do_is_seen() throws Exception {
        JsonObject tokens = flow.tokens("web", "alice");
        String family = tokens.getString("refresh_token").substring(0, 22);

        JsonObject authorized = events("?event=AUTHORIZED&limit=200&client_id=web").stream()
                .filter(event -> event.getString("family").equals(family))
                .findFirst()
                .orElseThrow();

        // For which client depends on who needed alice first.
        String alice = authorized.getString("subject");
        assertThat(events("?event=SIGNED_IN&limit=1&subject=" + alice))
                .singleElement()
                .satisfies(event -> assertThat(event.getString("subject")).isEqualTo(alice));
        assertThat(authorized.getJsonObject("details").getString("scope")).isNotEmpty();
        flow.refresh("web", tokens.getString("refresh_token"));
        flow.refresh("web", tokens.getString("refresh_token"));
        assertThat(events("?event=REUSE_DETECTED&limit=200&client_id=web"))
                .anyMatch(event -> event.getString("family").equals(family));
    }

    @Test
    void all_of_it_is_sealed_and_whole() throws Exception {
        JsonObject whole =
                await(AUDIT + "/verification", seen -> seen.getJsonObject("end").getInt("position") > 0);

        assertThat(whole.getBoolean("ok")).isTrue();
        JsonObject end = whole.getJsonObject("end");
        String noted = "?position=" + end.getJsonNumber("position") + "&mac=" + end.getString("mac");
        assertThat(json(flow.call(AUDIT + "/verification" + noted, reader)).getBoolean("ok"))
                .isTrue();
        String other = "?position=" + end.getJsonNumber("position") + "&mac=" + "A".repeat(43);
        JsonObject broken = json(flow.call(AUDIT + "/verification" + other, reader));
        assertThat(broken.getBoolean("ok")).isFalse();
        assertThat(broken.getJsonNumber("broken_at").longValue())
                .isEqualTo(end.getJsonNumber("position").longValue());
    }

    @Test
    void what_happened_is_counted() throws Exception {
        flow.tokens("web", "alice");
        flow.refresh("web", "not a token");

        JsonObject seen = await(STATISTICS, statistics -> {
            JsonObject last = last(statistics);
            return last.getInt("tokens") > 0
                    && last.getInt("sign_ins") > 0
                    && statistics.getJsonObject("now").getInt("token_families") > 0 // which may be ten seconds old
                    && statistics.getJsonObject("now").getInt("sign_in_sessions") > 0
                    && last.getJsonObject("refused_by_reason").containsKey("TOKEN_REFUSED invalid_grant");
        });

        assertThat(seen.getString("step")).isEqualTo("hour");
        assertThat(seen.getJsonArray("points")).hasSizeBetween(24, 25);
        assertThat(last(seen).getJsonObject("tokens_by_grant").getInt("authorization_code"))
                .isPositive();
        JsonObject now = seen.getJsonObject("now");
        assertThat(now.getInt("clients")).isPositive();
        assertThat(now.getInt("users")).isPositive();
        assertThat(now.getInt("signing_keys")).isPositive();
        assertThat(now.getInt("token_families")).isPositive();
        assertThat(now.getInt("sign_in_sessions")).isPositive();
        String day = STATISTICS + "?step=day&from=2025-06-01T00:00:00Z&until=2025-06-03T00:00:00Z";
        assertThat(json(flow.call(day, reader)).getJsonArray("points")).hasSize(2);
    }

    private static JsonObject last(JsonObject statistics) {
        List<JsonObject> points = statistics.getJsonArray("points").getValuesAs(JsonValue::asJsonObject);
        return points.get(points.size() - 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/audit?from=yesterday | from must be an instant",
                "/audit?until=2025-06-01 | until must be an instant",
                "/audit?from=-999999999-01-01T00:00:00Z | from must be an instant",
                "/audit?from=2025-06-02T00:00:00Z&until=2025-06-01T00:00:00Z | from must be before until",
                "/audit?event=NOTHING | event must be names of events",
                "/audit?event= | event must be names of events",
                "/audit?subject= | subject has 1 to 255 characters",
                "/audit?client_id= | client_id has 1 to 255 characters",
                "/audit?by= | by has 1 to 255 characters",
                "/audit?limit=0 | limit must be",
                "/audit?limit=201 | limit must be",
                "/audit?before=x | before must be",
                "/audit/verification?position=1 | position and mac",
                "/audit/verification?position=x&mac=y | position and mac",
                "/statistics?step=week | step must be minute, hour or day",
                "/statistics?from=x | from must be an instant",
                "/statistics?step=minute&from=2025-06-01T00:00:00Z&until=2025-06-03T00:00:00Z | 1 to 1500 steps",
                "/statistics?from=2025-06-01T00:00:00Z&until=2025-06-01T00:00:00Z | from must be before until"
            })
    void what_cannot_be_asked_is_refused_and_why(String path, String detail) throws Exception {
        HttpResponse<String> answer = flow.call(ADMIN + path, reader);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(json(answer).getString("detail")).contains(detail);
    }

    @ParameterizedTest
    @ValueSource(strings = {"subject", "client_id", "by"})
    void names_that_are_too_long_are_refused(String parameter) throws Exception {
        assertThat(flow.call(AUDIT + "?" + parameter + "=" + "x".repeat(256), reader)
                        .statusCode())
                .isEqualTo(400);
        assertThat(events("?" + parameter + "=" + URLEncoder.encode("' or 'é", StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {AUDIT, AUDIT + "/verification", STATISTICS})
    void only_readers_and_administrators_see_it(String path) throws Exception {
        assertThat(flow.call(path, admin).statusCode()).isEqualTo(200);
        assertThat(flow.call(path, flow.serviceToken("stranger")).statusCode()).isEqualTo(401);
        assertThat(claviger.get(path).statusCode()).isEqualTo(401);
        assertThat(claviger.send(claviger.request(path, "Authorization", "Bearer " + admin)
                                .DELETE())
                        .statusCode())
                .isEqualTo(405);
    }
}

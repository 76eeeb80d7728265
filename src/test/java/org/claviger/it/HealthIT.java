package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own health on every server, and the server's where it has MicroProfile Health. */
@Tag("every-server")
@Tag("any-database")
@ExtendWith(ClavigerExtension.class)
class HealthIT {
    private final RunningClaviger claviger;

    HealthIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "ready", "started"})
    void our_own_is_up(String kind) throws InterruptedException, IOException {
        HttpResponse<String> answer = claviger.get("/api/v2/auth/health/" + kind);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).getString("status")).isEqualTo("UP");
        assertThat(json(answer).getJsonArray("checks")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"live", "ready", "started"})
    void so_is_that_of_the_server(String kind) throws InterruptedException, IOException {
        HttpResponse<String> answer = ofServer("/health/" + kind);

        if (hasMicroProfileHealth()) {
            // What else it says is of the server and of all its applications.
            JsonObject ours = json(answer).getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                    .filter(check -> check.getString("name").equals("claviger-" + kind))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(answer.body()));
            assertThat(ours.getString("status")).isEqualTo("UP");
        } else {
            assertThat(answer.body()).doesNotContain("claviger-");
        }
    }

    private static boolean hasMicroProfileHealth() {
        return !RunningClaviger.isWildFly()
                || System.getProperty("it.wildfly.configuration", "standalone.xml")
                        .contains("microprofile");
    }

    /** On WildFly it is where administrators are. */
    private HttpResponse<String> ofServer(String path) throws InterruptedException, IOException {
        URI uri = RunningClaviger.isWildFly()
                ? URI.create("http://127.0.0.1:" + claviger.wildFly().managementPort() + path)
                : claviger.at(path);
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}

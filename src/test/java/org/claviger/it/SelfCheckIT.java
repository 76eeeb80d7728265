package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A WildFly as it is delivered ignores annotations: Claviger notices, lets nobody in, and says what to do. */
@Tag("wildfly")
class SelfCheckIT {
    private static final List<String> PATHS = List.of(
            "/demo/", "/demo/api/open", "/demo/api/public", "/demo/api/user", "/demo/servlet", "/plain/api/orders");

    @Test
    void until_the_two_commands_have_been_run_nobody_gets_in() throws InterruptedException, IOException, StartFailure {
        RunningClaviger claviger =
                RunningClaviger.prepare(RunningClaviger.folder().resolve("self-check"), Map.of());
        claviger.asDelivered();
        try {
            claviger.startWithoutDatabase();
            claviger.awaitLog("CLAVIGER-0001");
            String log = claviger.awaitLog("name=resteasy-role-based-security,value=true");
            assertThat(log)
                    .contains("CLAVIGER-0401 guarded applications answer 503")
                    .contains(
                            "/subsystem=undertow/application-security-domain=other:write-attribute(name=integrated-jaspi,value=false)");
            String token = "Bearer " + new Flow(claviger).serviceToken("service");
            assertClosed(claviger, token);

            claviger.wildFly()
                    .cli("--file=" + Path.of("server-config/wildfly/guard.cli").toAbsolutePath());
            assertClosed(claviger, token); // written, and not in force before the reload

            claviger.wildFly().cli("--command=reload");
            awaitReady(claviger);
            assertThat(claviger.get("/demo/api/user", "Authorization", token).statusCode())
                    .isEqualTo(200);
            assertThat(claviger.get("/demo/api/user").statusCode()).isEqualTo(401);
            assertThat(claviger.get("/plain/api/orders").statusCode()).isEqualTo(401);
        } finally {
            claviger.close();
        }
    }

    private static void assertClosed(RunningClaviger claviger, String token) throws InterruptedException, IOException {
        for (String path : PATHS) {
            assertThat(claviger.get(path).statusCode()).as(path).isEqualTo(503);
            assertThat(claviger.get(path, "Authorization", token).statusCode())
                    .as(path + " with a token")
                    .isEqualTo(503);
        }
        HttpResponse<String> readiness = claviger.get("/api/v2/auth/health/ready");
        assertThat(readiness.statusCode()).isEqualTo(503);
        assertThat(json(readiness).getString("status")).isEqualTo("DOWN");
        assertThat(readiness.body()).contains("\"name\":\"server\",\"status\":\"DOWN\",\"data\":{\"reason\":");
        assertThat(claviger.get("/api/v2/auth/health/started").statusCode()).isEqualTo(200);
    }

    private static void awaitReady(RunningClaviger claviger) throws InterruptedException, IOException {
        claviger.awaitLog("WFLYSRV0025", 2);
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (claviger.get("/api/v2/auth/health/ready").statusCode() != 200) {
            assertThat(System.nanoTime()).as("ready again").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}

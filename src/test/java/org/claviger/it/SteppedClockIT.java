package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.stream.Stream;
import org.claviger.Postgres;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A node whose clock is stepped while it runs, by Debian's {@code libfaketime}; that of its PostgreSQL is right. */
@Tag("any-database")
@Tag("gateway") // as those, it needs a package of Debian's
class SteppedClockIT {
    private final Path folder = Path.of("target/it/stepped-clock").toAbsolutePath();
    private final RunningClaviger claviger;

    SteppedClockIT() throws IOException {
        claviger = RunningClaviger.prepare(folder, Postgres.shared().newDatabase());
    }

    @Test
    void a_node_whose_clock_is_wrong_says_so_and_issues_nothing_until_it_is_right() throws Exception {
        claviger.set("LD_PRELOAD", library());
        claviger.set("FAKETIME_TIMESTAMP_FILE", step("+0"));
        claviger.set("FAKETIME_CACHE_DURATION", "1"); // seconds, until the file is read again
        claviger.set("FAKETIME_DONT_FAKE_MONOTONIC", "1"); // as with a real step
        claviger.set("FAKETIME_FORCE_MONOTONIC_FIX", "0"); // with which no wait of Java's would wait
        claviger.set("CLAVIGER_METRICS_ADDRESSES", "127.0.0.1");
        try (claviger) {
            claviger.start();
            Flow flow = new Flow(claviger);
            String before = flow.serviceToken("service");
            assertThat(flow.call("/plain/api/orders", before).statusCode()).isEqualTo(200);

            step("+30s");
            awaitReason("ahead of that of the database");
            assertThat(flow.token("service", "grant_type", "client_credentials").statusCode())
                    .isEqualTo(503);
            assertThat(claviger.get("/api/v2/auth/health/live").statusCode())
                    .as("to start it anew would help nobody")
                    .isEqualTo(200);
            assertThat(claviger.get("/api/v2/auth/metrics").body())
                    .containsPattern("claviger_clock_offset_seconds (29|30)\\.")
                    .contains("claviger_health_check{check=\"clock\"} 0.0");

            step("-30s");
            awaitReason("behind that of the database");
            assertThat(flow.token("service", "grant_type", "client_credentials").statusCode())
                    .isEqualTo(503);

            step("+0");
            Await.until("it is ready", Duration.ofSeconds(30), () -> ready().statusCode() == 200);
            assertThat(flow.call("/plain/api/orders", flow.serviceToken("service"))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(flow.call("/plain/api/orders", before).statusCode())
                    .as("what was issued before it was wrong")
                    .isEqualTo(200);
            assertThat(claviger.awaitLog("CLAVIGER-0206")).contains("CLAVIGER-0205");
        }
    }

    /** Of Debian's libfaketime, in the folder of this machine's architecture. */
    private static String library() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            return folders.map(folder -> folder.resolve("faketime/libfaketime.so.1"))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("Debian's libfaketime is not installed"))
                    .toString();
        }
    }

    /** Written beside and moved there, so that nobody reads a half. */
    private String step(String offset) throws IOException {
        Path file = Files.createDirectories(folder).resolve("offset");
        Path beside = Files.writeString(folder.resolve("offset.new"), offset + "\n");
        return Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING)
                .toString();
    }

    private HttpResponse<String> ready() throws InterruptedException, IOException {
        return claviger.get("/api/v2/auth/health/ready");
    }

    private void awaitReason(String reason) throws Exception {
        Await.until(reason, Duration.ofSeconds(30), () -> {
            HttpResponse<String> ready = ready();
            return ready.statusCode() == 503
                    && json(ready).getJsonArray("checks").getValuesAs(JsonObject.class).stream()
                            .filter(check -> check.getString("name").equals("clock"))
                            .allMatch(check -> check.getString("status").equals("DOWN")
                                    && check.getJsonObject("data")
                                            .getString("reason")
                                            .contains(reason));
        });
    }
}

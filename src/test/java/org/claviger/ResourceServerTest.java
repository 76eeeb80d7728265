package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.claviger.remote.FakeIssuer;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResourceServerTest {
    private final FakeIssuer fake = new FakeIssuer();
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(3);
    private final ResourceServer server = new ResourceServer(settings(), executor);

    private Settings settings() {
        Map<String, String> values = Map.of(
                "claviger.role", "resource-server",
                "claviger.issuer", fake.issuer(),
                "claviger.resource-server.client-id", "orders",
                "claviger.resource-server.client-secret", "swordfish",
                "claviger.metrics.addresses", "10.0.0.0/8",
                "claviger.import", "x.json");
        return Settings.read(key -> Optional.ofNullable(values.get(key)));
    }

    @AfterEach
    void close() {
        server.close();
        executor.shutdownNow();
        fake.close();
    }

    private boolean isWell() {
        return server.checks().values().stream().map(Supplier::get).allMatch(Optional::isEmpty);
    }

    private String metrics() {
        return Exchange.get("").peer("10.1.2.3").through(server.metrics()).body();
    }

    @Test
    void it_is_well_when_its_issuer_has_been_there_and_ends_without_a_trace() throws Exception {
        assertThat(server.parts()).isEmpty();
        assertThat(server.checks()).containsOnlyKeys("keys", "revocation");
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            server.start();
            assertThat(isWell()).isFalse();
            assertThat(metrics()).contains("claviger_open 0.0").doesNotContain("claviger_revocations");

            fake.answer(
                            "/jwks",
                            FakeIssuer.text(
                                    200, Fixture.Keys.SIGNING.published().toJson()))
                    .answer(
                            "/revocations",
                            FakeIssuer.text(
                                    200,
                                    "{'node':'n','next':0,'age':0,'now':0,'clients':'','disabled':[],'ended':[]}"
                                            .replace('\'', '"')));
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (!isWell()) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(20);
            }

            assertThat(metrics())
                    .contains(
                            "claviger_open 1.0",
                            "claviger_revocations 0.0",
                            "claviger_feed_max_staleness_seconds 60.0");
            assertThat(log.lines())
                    .anyMatch(line -> line.startsWith("CLAVIGER-1204"))
                    .anyMatch(line -> line.startsWith("CLAVIGER-0802"));
        }
        server.close();
        executor.shutdown();
        assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }
}

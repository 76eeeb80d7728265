package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.claviger.Postgres;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two WildFlys of {@code standalone-ha.xml} on one PostgreSQL, with {@code server-config/wildfly/push.cli}. */
@Tag("wildfly-ha")
class WildFlyPushIT {
    private static final String CACHE = "/subsystem=infinispan/cache-container=claviger/cache=changes";

    private static final Path WILDFLY = Path.of("server-config/wildfly");

    @Test
    void a_cache_makes_it_quicker_and_is_empty_when_what_it_says_is_over() throws Exception {
        Map<String, String> settings = Postgres.shared().newDatabase();
        int first = RunningClaviger.freePort();
        int second = RunningClaviger.freePort();
        try (RunningClaviger one = RunningClaviger.prepare(Path.of("target/it/push-one"), settings)) {
            one.set("CLAVIGER_PUSH", "infinispan");
            one.set("CLAVIGER_TRUSTED_PROXIES", "127.0.0.1");
            one.set("CLAVIGER_FORWARDED_HEADERS", "X-Forwarded-For, X-Forwarded-Host");
            try (RunningClaviger two = one.prepareNode(Path.of("target/it/push-two"))) {
                one.serverOptions("-Djboss.node.name=one");
                two.serverOptions("-Djboss.node.name=two");
                start(one, first, List.of(first, second));
                start(two, second, List.of(first, second));
                assertThat(two.awaitLog("changes are pushed by infinispan")).doesNotContain("CLAVIGER-01");

                long[] latencies = RevocationFeedIT.latencies("Infinispan", one, two);

                assertThat(latencies[latencies.length / 2]).isLessThan(100);
                assertThat(attribute(one, "writes")).isPositive();
                long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
                while (attribute(one, "number-of-entries") + attribute(two, "number-of-entries") > 0) {
                    assertThat(System.nanoTime()).isLessThan(deadline);
                    Thread.sleep(200);
                }
                assertThat(one.log() + two.log()).doesNotContain("CLAVIGER-0704");
            }
        }
    }

    /** As an administrator does it, whose nodes find each other by TCP. */
    private static void start(RunningClaviger node, int port, List<Integer> members) throws Exception {
        node.start();
        String hosts = String.join(
                ",", members.stream().map(member -> "127.0.0.1[" + member + "]").toList());
        Path commands = Files.writeString(
                Path.of("target/it/cluster-" + port + ".cli"),
                "/socket-binding-group=standard-sockets/socket-binding=jgroups-tcp:write-attribute(name=port,value="
                        + port
                        + ")\n"
                        + "/subsystem=jgroups/stack=tcp/protocol=MPING:remove\n"
                        + "/subsystem=jgroups/stack=tcp/protocol=TCPPING:add(add-index=0,properties={initial_hosts=\""
                        + hosts + "\",port_range=0})\n"
                        + "/subsystem=jgroups/channel=ee:write-attribute(name=stack,value=tcp)\n"
                        + Files.readString(WILDFLY.resolve("push.cli"))
                                .replace(
                                        "=push-web.xml",
                                        "=" + WILDFLY.resolve("push-web.xml").toAbsolutePath()));
        node.wildFly().cli("--file=" + commands);
        node.wildFly().cli("reload");
        node.awaitLog("CLAVIGER-0001", 2);
        // The guard opens when the server says that it runs, a moment later.
        String token = new Flow(node).serviceToken("service");
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (RevocationFeedIT.call(node, token).statusCode() != 200) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private static int attribute(RunningClaviger node, String name) throws Exception {
        String said = node.wildFly().cli(CACHE + ":read-attribute(name=" + name + ")");
        return Integer.parseInt(said.replaceAll("(?s).*\"result\" => (\\d+).*", "$1"));
    }
}

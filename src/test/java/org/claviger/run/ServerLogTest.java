package org.claviger.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerLogTest {
    private final List<String> echoed = new ArrayList<>();
    private final ServerLog log = new ServerLog(echoed::add);

    @Test
    void the_server_is_ready_when_it_says_so_even_in_colour() {
        log.add(record("INFO", "Payara Micro URLs:"));
        assertThat(log.saysReady()).isFalse();
        log.add(record("\u001b[1;92mINFO\u001b[0m", "Payara Micro 6.2025.10 (build 42) ready in 9,839 (ms)"));
        assertThat(log.saysReady()).isTrue();
    }

    @Test
    void the_reason_is_the_last_severe_message_with_a_number_of_ours() {
        log.add(record("SEVERE", "Something else went wrong first"));
        log.add(record("SEVERE", "[["));
        log.add("  CLAVIGER-0101 claviger.issuer: is missing]]");
        log.add(record("SEVERE", "Exception during lifecycle processing"));
        log.add(record("INFO", "CLAVIGER-0001 is no complaint"));
        assertThat(log.reason()).hasValue("CLAVIGER-0101 claviger.issuer: is missing");
    }

    @Test
    void without_a_number_the_first_severe_message_is_the_reason() {
        log.add(record("WARNING", "Not this"));
        log.add(record("SEVERE", "[["));
        log.add("  No such file: demo.war]]");
        log.add(record("SEVERE", "What followed from it"));
        assertThat(log.reason()).hasValue("No such file: demo.war");
    }

    @Test
    void a_log_without_severe_messages_has_no_reason() {
        log.add("plain text");
        assertThat(log.reason()).isEmpty();
        assertThat(echoed).containsExactly("plain text");
    }

    @Test
    void wildfly_is_ready_when_it_has_started_even_if_not_everything_could_be_deployed() {
        log.add("02:13:06,797 INFO  [org.jboss.modules] (main) JBoss Modules version 2.1.6.Final");
        assertThat(log.saysReady()).isFalse();
        log.add(
                "\u001b[31m02:13:48,267 ERROR [org.jboss.as] (Controller Boot Thread) WFLYSRV0026: WildFly 39 started (with"
                        + " errors) in 42268ms");
        assertThat(log.saysReady()).isTrue();
    }

    @Test
    void the_reason_is_found_in_what_wildfly_logs_too() {
        log.add("02:13:47,408 ERROR [org.jboss.as.controller] (Controller Boot Thread) WFLYCTL0013: failed");
        log.add(
                "02:13:47,409 ERROR [org.claviger] (ServerService Thread Pool -- 81) CLAVIGER-0101 claviger.issuer: is missing");
        log.add("02:13:47,410 INFO  [org.claviger] (ServerService Thread Pool -- 81) CLAVIGER-0001 is no complaint");
        assertThat(log.reason()).hasValue("CLAVIGER-0101 claviger.issuer: is missing");
    }

    private static String record(String level, String message) {
        return "[2026-01-01T00:00:00.000+0000] [] [" + level + "] [] [PayaraMicro] [tid: _ThreadID=1 _ThreadName=main]"
                + " [timeMillis: 1795302140551] [levelValue: 800] " + message;
    }
}

package org.claviger.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.claviger.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuditTest {
    private final CapturedLog log = new CapturedLog("org.claviger.audit");

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void o2AnEventIsOneLineWithItsDetailsInOrder() {
        Audit.record(AuditEvent.TOKEN_ISSUED, Map.of("subject", "s", "client", "web", "scope", "a b"));

        assertThat(log.lines()).containsExactly("TOKEN_ISSUED client=\"web\" scope=\"a b\" subject=\"s\"");
    }

    @Test
    void whatACallerSentCannotBreakTheLine() {
        Audit.record(
                AuditEvent.TOKEN_REFUSED,
                Map.of(
                        "client",
                        "a\" admin=\"true\\",
                        "reason",
                        "b\r\nTOKEN_ISSUED client=\"x\"\u0085\u2028\u001b[31mé"));

        assertThat(log.lines())
                .singleElement()
                .asString()
                .isEqualTo("TOKEN_REFUSED client=\"a? admin=?true?\" reason=\"b??TOKEN_ISSUED client=?x????[31m?\"");
    }

    @Test
    void whatIsTooLongIsCut() {
        Audit.record(AuditEvent.TOKEN_REFUSED, Map.of("client", "x".repeat(1_000_000)));

        assertThat(log.lines()).singleElement().asString().hasSizeLessThan(300).contains("x…\"");
    }

    @Test
    void bothValuesOfASettingAreRecordedWhole() {
        Audit.record(AuditEvent.SETTING_CHANGED, Map.of("from", "x".repeat(4_000), "to", "y".repeat(4_000)));

        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("from=\"" + "x".repeat(4_000) + "\"", "to=\"" + "y".repeat(4_000) + "\"");
    }
}

package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DashboardPageTest {
    private final ConsoleFixture console = new ConsoleFixture();

    private static void count(int minutesAgo, String event, String reason, int times) {
        TestDatabase.execute(
                "insert into audit_count (epoch_minute, event, client_id, reason, times) values (?, ?, '', ?, ?)",
                TestClock.START.getEpochSecond() / 60 - minutesAgo,
                event,
                reason,
                times);
    }

    @Test
    void aDayIsShownByTheHourInChartsAndInATableThatSaysTheSame() {
        count(5, "SIGNED_IN", "", 4);
        count(65, "SIGNED_IN", "", 3);
        count(10, "TOKEN_ISSUED", "authorization_code", 17);
        count(10, "TOKEN_REFUSED", "invalid_grant", 2);
        count(10, "SIGN_IN_REFUSED", "<b>", 1);
        count(60 * 24 * 3, "SIGNED_IN", "", 1_000);
        String page = console.get("").body();

        assertThat(page)
                .contains("aria-label=\"Sign-ins: 7 in all; the table below has each number.\"")
                .contains("Access tokens issued: 17 in all", "Refusals: 3 in all")
                .contains("<title>11:00: 4</title>", "<title>10:00: 3</title>")
                .contains("TOKEN_REFUSED invalid_grant", "SIGN_IN_REFUSED &lt;b&gt;")
                .contains("<svg class=\"time-line\"")
                .doesNotContain("<b>", "<script", " style=");
        assertThat(page.split("<rect x=", -1)).hasSize(1 + 3 * 24);
        assertThat(page.split("<th scope=\"row\"><time", -1)).hasSize(1 + 24);
    }

    @Test
    void aWeekIsShownByTheDay() {
        count(60 * 24 * 3, "SIGNED_IN", "", 1_000);
        String page = console.get("?period=week").body();

        assertThat(page).contains("Sign-ins: 1000 in all", "<title>2025-05-29: 1000</title>");
        assertThat(page.split("<rect x=", -1)).hasSize(1 + 3 * 7);
    }

    @Test
    void whatThereIsNowIsShownAndWhatTookTooLongToCountIsNot() {
        assertThat(console.get("").body())
                .contains("<dt>Browsers signed in</dt>\n<dd>7</dd>", "<dt>Access of applications</dt>\n<dd>–</dd>");
    }

    @Test
    void aReaderSeesTheSame() {
        console.onlyRead();
        assertThat(console.get("").body()).contains("<dd>7</dd>");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "2, 2", "3, 5", "11, 20", "500, 500", "501, 1000", "4000000000, 5000000000"})
    void aChartEndsAtANumberThatIsEasyToRead(long most, long top) {
        assertThat(Chart.nice(most)).isEqualTo(top);
    }
}

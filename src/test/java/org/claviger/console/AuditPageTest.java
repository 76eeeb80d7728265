package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.Fixture;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditPageTest {
    private final ConsoleFixture console = new ConsoleFixture();

    private void write(AuditEvent event, Map<String, ?> details) {
        console.database.change(entities -> Audit.write(entities, event, details));
    }

    @Test
    void whatAnAdministratorDoesAtTheConsoleIsShownWithWhoDidIt() {
        String subject = Fixture.user("carol", true);
        console.submit(console.get("user?do=disable&id=" + subject), "user");

        assertThat(console.get("audit").body())
                .contains("<code>USER_DISABLED</code>", "<td>root</td>", "href=\"user?id=" + subject + "\"");
    }

    @Test
    void eventsAreFoundByWhatIsAskedFor() {
        write(AuditEvent.CLIENT_CREATED, Map.of("client", "shop", "by", "root"));
        write(AuditEvent.CLIENT_DELETED, Map.of("client", "album", "by", "other"));

        assertThat(console.get("audit?client_id=shop").body())
                .contains(">shop</a>")
                .doesNotContain(">album</a>");
        assertThat(console.get("audit?by=other&subject=").body())
                .contains(">album</a>")
                .doesNotContain(">shop</a>");
        assertThat(console.get("audit?event=CLIENT_CREATED").body())
                .contains(">shop</a>", "<option value=\"CLIENT_CREATED\" selected>")
                .doesNotContain(">album</a>");
        assertThat(console.get("audit?from=1970-01-01&until=1970-01-02").body())
                .contains("There is none.", "value=\"1970-01-02\"");
        assertThat(console.get("audit?until=9998-12-31").body()).contains(">shop</a>");
    }

    @Test
    void theListIsReadPageByPage() {
        for (int i = 10; i < 65; i++) {
            write(AuditEvent.CLIENT_CREATED, Map.of("client", "client-" + i, "by", "root"));
        }
        String first = console.get("audit?by=root").body();

        assertThat(first).contains(">client-64</a>", ">client-15</a>").doesNotContain(">client-14</a>");
        Matcher next = Pattern.compile("href=\"(audit[?][^\"]*)\" rel=\"next\"").matcher(first);
        assertThat(next.find()).isTrue();
        assertThat(console.get(ConsoleFixture.unescape(next.group(1))).body())
                .contains(">client-14</a>", ">client-10</a>")
                .doesNotContain(">client-15</a>", "rel=\"next\"");
    }

    @Test
    void whatCameFromOutsideIsText() {
        write(AuditEvent.CLIENT_CHANGED, Map.of("client", "<i>", "by", "<script>\"", "members", "<b>'x'</b>"));

        assertThat(console.get("audit").body())
                .contains("&lt;script&gt;&quot;", "&lt;i&gt;")
                .doesNotContain("<script", "<b>", "<i>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "audit?event=NOTHING",
                "audit?from=yesterday",
                "audit?until=10000-01-01",
                "audit?from=1969-12-31",
                "audit?before=1",
                "audit?by=a&by=b"
            })
    void whatCannotBeAskedIsRefused(String address) {
        assertThat(console.get(address).status()).isEqualTo(400);
    }

    @Test
    void aReaderSeesTheSame() {
        write(AuditEvent.CLIENT_CREATED, Map.of("client", "shop", "by", "root"));
        console.onlyRead();
        assertThat(console.get("audit").body()).contains(">shop</a>");
    }
}

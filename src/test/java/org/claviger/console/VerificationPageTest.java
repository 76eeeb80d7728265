package org.claviger.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.Exchange;
import org.claviger.TestDatabase;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerificationPageTest {
    private static final String MAC = "A".repeat(43);

    private final ConsoleFixture console = new ConsoleFixture();

    private void seal() {
        for (int i = 0; i < 3; i++) {
            Map<String, ?> details = Map.of("client", "shop", "by", "root");
            console.database.change(entities -> Audit.write(entities, AuditEvent.CLIENT_CHANGED, details));
        }
        TestDatabase.execute("delete from cleanup_lease where name = 'audit'"); // whoever held it in an earlier test
        TestDatabase.execute(
                "insert into cleanup_lease values ('audit', '', timestamp with time zone '1970-01-01 00:00:00+00')");
        for (int run = 0; run < 3; run++) { // the first begins the chain
            console.chain.run();
        }
    }

    @Test
    void thePageOfTheAuditLeadsToItsVerification() {
        console.onlyRead();
        assertThat(console.get("audit").body()).contains("action=\"audit-verification\"", "Verify the audit");
    }

    @Test
    void anAuditThatIsWholeIsSaidToBe() {
        seal();

        assertThat(console.get("audit-verification").body())
                .contains("All of the audit is what was sealed.", "role=\"status\"")
                .doesNotContain("role=\"alert\"");
        console.language = "de";
        assertThat(console.get("audit-verification").body()).contains("Das ganze Protokoll ist, was versiegelt wurde.");
    }

    @Test
    void sinceWhenARowHasWaitedToBeSealedIsSaid() {
        seal();
        assertThat(console.get("audit-verification").body()).doesNotContain("Not sealed since");
        TestDatabase.execute("insert into audit_event (event, occurred_at) values ('SIGNED_IN',"
                + " timestamp with time zone '2020-01-01 00:00:00+00')");

        assertThat(console.get("audit-verification").body())
                .contains("<dt>Not sealed since</dt>", "datetime=\"2020-01-01T00:00:00Z\"");
    }

    @Test
    void whatWasAlteredIsSaidWithItsPosition() {
        seal();
        TestDatabase.execute("update audit_event set client_id = 'other' where chain_position = 2");

        assertThat(console.get("audit-verification").body())
                .contains("role=\"alert\"", "At position 2 ", "is not the one that was sealed");
    }

    @Test
    void anEndThatWasNotedIsLookedFor() {
        seal();
        Exchange page = console.get("audit-verification");
        Matcher end = Pattern.compile("<dd>([A-Za-z0-9_-]{43})</dd>").matcher(page.body());
        assertThat(end.find()).isTrue();
        Matcher position = Pattern.compile("<dd>([0-9]+)</dd>\\s*<dt>MAC").matcher(page.body());
        assertThat(position.find()).isTrue();

        String query = "audit-verification?position=" + position.group(1) + "&mac=";
        assertThat(console.get(query + end.group(1)).body()).contains("role=\"status\"");
        assertThat(console.get(query + MAC).body()).contains("role=\"alert\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"position=1", "mac=x", "position=0&mac=", "position=x&mac=x"})
    void whatBelongsTogetherIsAskedForTogether(String query) {
        assertThat(console.get("audit-verification?" + query).status()).isEqualTo(400);
    }
}

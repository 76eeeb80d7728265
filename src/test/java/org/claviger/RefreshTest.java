package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.json;

import org.claviger.client.Clients;
import org.claviger.oauth.ClientId;
import org.junit.jupiter.api.Test;

class RefreshTest {
    private static final String CLIENT = "{'client_id':'%s','grant_types':['client_credentials']}";

    private final Clients clients = Fixture.clients(TestDatabase.empty(), json(CLIENT.formatted("first")));
    private final Refresh refresh = new Refresh("CLAVIGER-0204 cannot be read", clients::refresh);

    @Test
    void aNodeSeesWhatAnotherNodeWrote() {
        Fixture.clients(TestDatabase.database(), json(CLIENT.formatted("second")));

        refresh.run();

        assertThat(clients.find(new ClientId("second"))).isPresent();
    }

    @Test
    void aNodeGoesOnWithWhatItKnowsWhileATableCannotBeRead() {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            TestDatabase.execute("alter table client rename to away");
            try {
                refresh.run();
                refresh.run();
                assertThat(clients.find(new ClientId("first"))).isPresent();
                assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0204 ");
            } finally {
                TestDatabase.execute("alter table away rename to client");
            }
            refresh.run();

            assertThat(log.lines()).hasSize(1);
        }
    }

    @Test
    void whatCannotBeReadKeepsNothingElseFromBeingRead() {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            Fixture.clients(TestDatabase.database(), json(CLIENT.formatted("second")));

            new Refresh(
                            "CLAVIGER-0204 cannot be read",
                            () -> {
                                throw new IllegalStateException("unreadable");
                            },
                            clients::refresh)
                    .run();

            assertThat(clients.find(new ClientId("second"))).isPresent();
            assertThat(log.lines()).hasSize(1);
        }
    }
}

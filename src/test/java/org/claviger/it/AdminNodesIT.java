package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.basic;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client that is administered at one of two nodes with one PostgreSQL. */
@Tag("postgresql")
class AdminNodesIT {
    private static final String CLIENTS = "/api/v2/auth/admin/clients";

    private static RunningClaviger one;
    private static RunningClaviger two;
    private static String admin;

    @BeforeAll
    static void start() throws Exception {
        one = RunningClaviger.prepare(
                Path.of("target/it/nodes-one"), Postgres.shared().newDatabase());
        two = one.prepareNode(Path.of("target/it/nodes-two"));
        one.start();
        two.start();
        admin = new Flow(one).serviceToken("operator", "scope", "claviger:admin");
    }

    @AfterAll
    static void stop() {
        if (two != null) {
            two.close();
        }
        if (one != null) {
            one.close();
        }
    }

    private static HttpResponse<String> send(String path, String body) throws InterruptedException, IOException {
        return one.send(one.request(path, "Authorization", "Bearer " + admin, "Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static HttpResponse<String> token(String secret) throws InterruptedException, IOException {
        return two.post(
                "/api/v2/auth/token",
                form("grant_type", "client_credentials"),
                "Authorization",
                basic("stock", secret));
    }

    private interface Ask {
        HttpResponse<String> now() throws InterruptedException, IOException;
    }

    /** Within a second as a rule; the machine may be busy. */
    private static HttpResponse<String> await(int status, Ask ask) throws InterruptedException, IOException {
        long begin = System.nanoTime();
        HttpResponse<String> answer = ask.now();
        while (answer.statusCode() != status) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as(answer.body())
                    .isLessThan(Duration.ofSeconds(5));
            Thread.sleep(20);
            answer = ask.now();
        }
        return answer;
    }

    @Test
    void what_is_done_to_a_client_at_one_node_holds_at_the_other() throws Exception {
        HttpResponse<String> created =
                send(CLIENTS, "{'client_id':'stock','grant_types':['client_credentials'],'groups':['orders']}");
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String secret = json(created).getString("client_secret");
        String token = json(await(200, () -> token(secret))).getString("access_token");
        Ask guarded = () -> two.get("/plain/api/orders", "Authorization", "Bearer " + token);
        await(200, guarded);

        assertThat(send(CLIENTS + "/stock/disable", "").statusCode()).isEqualTo(200);
        await(401, guarded);
        assertThat(token(secret).statusCode()).isEqualTo(401);

        assertThat(send(CLIENTS + "/stock/enable", "").statusCode()).isEqualTo(200);
        await(200, guarded);

        String other =
                json(send(CLIENTS + "/stock/secret", "{'overlap':'PT0S'}")).getString("client_secret");
        await(401, () -> token(secret));
        assertThat(token(other).statusCode()).isEqualTo(200);
    }
}

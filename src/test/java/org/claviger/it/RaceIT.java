package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** REQUIREMENTS T8 and A8, CVE-2026-1035: 64 who use the same thing at the same moment, 50 times. */
@ExtendWith({ClavigerExtension.class, NoSecondChance.class})
class RaceIT {
    private static final int CROWD = 64;
    private static final int ROUNDS = 50;

    private final Flow flow;

    RaceIT(Flow flow) {
        this.flow = flow;
    }

    private static List<HttpResponse<String>> winners(Callable<HttpResponse<String>> call)
            throws InterruptedException, ExecutionException {
        List<HttpResponse<String>> winners = new ArrayList<>();
        for (HttpResponse<String> answer : Crowd.of(CROWD, call)) {
            if (answer.statusCode() == 200) {
                winners.add(answer);
            } else {
                assertRefused(answer, 400, "invalid_grant");
            }
        }
        return winners;
    }

    @Test
    void t8_never_more_than_one_gets_a_successor_and_none_keeps_it()
            throws InterruptedException, IOException, ExecutionException {
        for (int round = 0; round < ROUNDS; round++) {
            String token = flow.tokens("spa", "alice").getString("refresh_token");
            List<HttpResponse<String>> winners = winners(() -> flow.refresh("spa", token));
            assertThat(winners).as("round %s", round).hasSizeLessThanOrEqualTo(1);
            for (HttpResponse<String> winner : winners) { // the others have ended the family
                String successor = granted(winner).getString("refresh_token");
                assertRefused(flow.refresh("spa", successor), 400, "invalid_grant");
            }
        }
    }

    @Test
    void t8_with_leeway_all_get_the_same_successor_and_it_lives()
            throws InterruptedException, IOException, ExecutionException {
        for (int round = 0; round < ROUNDS; round++) {
            String token = flow.tokens("patient", "alice").getString("refresh_token");
            List<HttpResponse<String>> winners = winners(() -> flow.refresh("patient", token));
            assertThat(winners).as("round %s", round).hasSize(CROWD);
            assertThat(winners.stream().map(winner -> granted(winner).getString("refresh_token")))
                    .as("round %s", round)
                    .containsOnly(granted(winners.get(0)).getString("refresh_token"));
            String next = granted(
                            flow.refresh("patient", granted(winners.get(0)).getString("refresh_token")))
                    .getString("refresh_token");
            // The successor has been used: whoever repeats the first now replays it.
            assertRefused(flow.refresh("patient", token), 400, "invalid_grant");
            assertRefused(flow.refresh("patient", next), 400, "invalid_grant");
        }
    }

    @Test
    void a8_a_code_is_redeemed_once_at_most_and_nothing_of_it_lives_on()
            throws InterruptedException, IOException, ExecutionException {
        for (int round = 0; round < ROUNDS; round++) {
            Pkce pkce = Pkce.random();
            String code = flow.code("patient", "alice", pkce); // leeway is for refresh tokens only
            List<HttpResponse<String>> winners = winners(() -> flow.redeem("patient", code, pkce));
            assertThat(winners).as("round %s", round).hasSizeLessThanOrEqualTo(1);
            for (HttpResponse<String> winner : winners) {
                assertRefused(
                        flow.refresh("patient", granted(winner).getString("refresh_token")), 400, "invalid_grant");
            }
        }
    }
}

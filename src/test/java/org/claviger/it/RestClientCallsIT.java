package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An application that calls another one by MicroProfile Rest Client, and itself by Jakarta REST. */
@ExtendWith(ClavigerExtension.class)
@Tag("any-database")
class RestClientCallsIT {
    private final RunningClaviger claviger;
    private final Flow flow;

    RestClientCallsIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @Test
    void an_interface_that_registers_the_filter_sends_the_token() throws InterruptedException, IOException {
        HttpResponse<String> answer =
                flow.call("/calls/api/orders", flow.tokens("spa", "alice").getString("access_token"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(flow.call("/plain/api/orders", flow.serviceToken("service"))
                        .body());
    }

    @Test
    void a_call_goes_on_with_the_trace_of_the_request_as_it_came() throws InterruptedException, IOException {
        String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        String token = flow.tokens("spa", "alice").getString("access_token");
        HttpResponse<String> answer = claviger.get(
                "/calls/api/trace", "Authorization", "Bearer " + token, "traceparent", parent, "tracestate", "a=b");
        assertThat(answer.body()).isEqualTo("[" + parent + "] [a=b]");
        assertThat(flow.call("/calls/api/trace", token).body()).isEqualTo("null null");
    }
}

package org.claviger;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.claviger.NodeHealth.Check;
import org.claviger.http.Answers;
import org.claviger.http.Endpoint;

/**
 * How this node is, for load balancers and for people: the answer of MicroProfile Health 4.0 section 3, 200 if all is well and 503 if
 * not. It is on every server, whether that has MicroProfile Health or not.
 */
final class Health extends Endpoint {
    private final Supplier<List<Check>> checks;

    Health(Supplier<List<Check>> checks) {
        this.checks = checks;
    }

    @Override
    protected String allowedMethods() {
        return "GET, HEAD";
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        List<Check> now = checks.get();
        boolean up = now.stream().allMatch(Check::up);
        JsonArrayBuilder all = Json.createArrayBuilder();
        for (Check check : now) {
            JsonObjectBuilder one =
                    Json.createObjectBuilder().add("name", check.name()).add("status", status(check.up()));
            check.reason()
                    .ifPresent(
                            text -> one.add("data", Json.createObjectBuilder().add("reason", text)));
            all.add(one);
        }
        JsonObject body = Json.createObjectBuilder()
                .add("status", status(up))
                .add("checks", all)
                .build();
        Answers.send(response, up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE, body);
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }
}

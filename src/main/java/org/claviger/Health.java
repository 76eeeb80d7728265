package org.claviger;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.claviger.http.Answers;
import org.claviger.http.Endpoint;

/**
 * How this node is, for load balancers and for people: the answer of MicroProfile Health 4.0 section 3, 200 if all is well and 503 if
 * not. Without any check it says that the service is deployed and answers, and no more.
 */
final class Health extends Endpoint {
    private final Map<String, Supplier<Optional<String>>> checks;
    private final Set<String> onlyTold;

    /**
     * Each check, by its name, says what is wrong.
     *
     * @param onlyTold those by which a node that is not well is up all the same
     */
    Health(Map<String, Supplier<Optional<String>>> checks, Set<String> onlyTold) {
        this.checks = new TreeMap<>(checks);
        this.onlyTold = Set.copyOf(onlyTold);
    }

    @Override
    protected String allowedMethods() {
        return "GET, HEAD";
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean up = true;
        JsonArrayBuilder all = Json.createArrayBuilder();
        for (Map.Entry<String, Supplier<Optional<String>>> check : checks.entrySet()) {
            Optional<String> reason = check.getValue().get();
            boolean checkUp = reason.isEmpty() || onlyTold.contains(check.getKey());
            up &= checkUp;
            JsonObjectBuilder one =
                    Json.createObjectBuilder().add("name", check.getKey()).add("status", status(checkUp));
            reason.ifPresent(text -> one.add("data", Json.createObjectBuilder().add("reason", text)));
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

package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.claviger.it.matrix.ByMethod;
import org.claviger.it.matrix.MatrixApplication;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the guard costs: the processor time of the server for a request with the same token again, against the same request to
 * an application that Claviger leaves alone. {@code ./mvnw verify -Pstress -Dit.test=GuardCostIT}. It prints what it measured
 * and asserts only that the answers were right.
 */
@Tag("stress")
@Tag("any-database")
class GuardCostIT {
    private static final String LEFT_ALONE = "left alone";
    private static final String MICROPROFILE = "MicroProfile JWT, @RolesAllowed";
    private static final int ROUNDS = 7;
    private static final int REQUESTS = Integer.getInteger("it.requests", 5_000);

    /** Payara closes a connection after 250. */
    private static final int ON_ONE_CONNECTION = 240;

    private record Call(String path, List<String> headers) {}

    @Test
    void a_guarded_request_costs_little_more_than_an_unprotected_one() throws Exception {
        // With the compiler that servers run with, which the tests otherwise do without
        RunningClaviger claviger = RunningClaviger.prepare(
                Path.of("target/it/cost"),
                Map.of("_JAVA_OPTIONS", "-XX:TieredStopAtLevel=4", "CLAVIGER_GUARD_EXCLUDE", "/alone"));
        claviger.deploy(application("alone"));
        claviger.deploy(application("guarded"));
        claviger.deploy(Matrix.microProfile(claviger.issuer()));
        try (claviger) {
            claviger.start();
            Flow flow = new Flow(claviger);
            List<String> token = List.of("Authorization: Bearer " + flow.serviceToken("service"));
            Map<String, Call> calls = new LinkedHashMap<>();
            calls.put("left alone, without a token", new Call("/alone/api/by-method/unannotated", List.of()));
            calls.put(LEFT_ALONE, new Call("/alone/api/by-method/unannotated", token));
            calls.put("guarded, unannotated", new Call("/guarded/api/by-method/unannotated", token));
            calls.put("guarded, @RolesAllowed", new Call("/guarded/api/by-method/role", token));
            calls.put(
                    MICROPROFILE,
                    new Call(
                            "/microprofile/api/subject",
                            List.of("Authorization: Bearer " + flow.serviceToken("microprofile"))));
            Map<String, List<Double>> measured = measure(claviger, calls);
            double unprotected = least(measured, LEFT_ALONE);
            double microProfile = least(measured, MICROPROFILE) - unprotected;
            for (String name : measured.keySet()) {
                double added = least(measured, name) - unprotected;
                System.getLogger("it")
                        .log(
                                System.Logger.Level.INFO,
                                "%s: %.4f ms of processor time, %+.4f, %.0f %% of what MicroProfile JWT adds; all rounds %s"
                                        .formatted(
                                                name,
                                                least(measured, name),
                                                added,
                                                100 * added / microProfile,
                                                measured.get(name)));
            }
        }
    }

    private static WebArchive application(String name) {
        return ShrinkWrap.create(WebArchive.class, name + ".war").addClasses(MatrixApplication.class, ByMethod.class);
    }

    private Map<String, List<Double>> measure(RunningClaviger claviger, Map<String, Call> calls) throws IOException {
        Map<String, List<Double>> measured = new LinkedHashMap<>();
        for (int round = -3; round < ROUNDS; round++) { // the first ones only warm up
            for (Map.Entry<String, Call> call : calls.entrySet()) {
                long before = claviger.cpu().toMillis();
                send(claviger, call.getValue());
                double millis = (claviger.cpu().toMillis() - before) / (double) REQUESTS;
                if (round >= 0) {
                    measured.computeIfAbsent(call.getKey(), name -> new ArrayList<>())
                            .add(millis);
                }
            }
        }
        return measured;
    }

    private static void send(RunningClaviger claviger, Call call) throws IOException {
        for (int sent = 0; sent < REQUESTS; sent += ON_ONE_CONNECTION) {
            try (Wire wire = new Wire(claviger)) {
                for (int i = 0; i < ON_ONE_CONNECTION && sent + i < REQUESTS; i++) {
                    assertThat(wire.send("GET " + call.path(), call.headers(), new byte[0])
                                    .status())
                            .isEqualTo(200);
                }
            }
        }
    }

    /** Of the round that the neighbours on the machine disturbed least. */
    private static double least(Map<String, List<Double>> measured, String name) {
        return Collections.min(measured.get(name));
    }
}

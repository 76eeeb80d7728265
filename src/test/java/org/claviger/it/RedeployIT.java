package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.claviger.it.matrix.Constrained;
import org.claviger.it.matrix.Open;
import org.claviger.run.StartFailure;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Claviger and the applications that it guards come and go in any order while the server runs. The tests are one story, in this
 * order.
 */
@Tag("every-server")
@Tag("any-database")
@Tag("any-configuration")
@TestMethodOrder(OrderAnnotation.class)
class RedeployIT {
    private static final int REDEPLOYMENTS = Integer.getInteger("it.redeployments", 3);

    /** What servers say without Claviger: Payara 401 to all, WildFly 403 at JAX-RS resources and 500 at servlets. */
    private static final List<Integer> REFUSALS = List.of(401, 403, 500);

    private static RunningClaviger claviger;
    private static String bearer;

    @BeforeAll
    static void start() throws InterruptedException, IOException, StartFailure {
        // What only soft references hold would stay for minutes otherwise.
        claviger = RunningClaviger.prepare(
                RunningClaviger.folder().resolve("redeploy"), Map.of("_JAVA_OPTIONS", "-XX:SoftRefLRUPolicyMSPerMB=0"));
        claviger.makeAdministrable();
        claviger.start();
        claviger.bring(application("before"));
        bearer = "Bearer " + new Flow(claviger).serviceToken("service");
    }

    @AfterAll
    static void stop() {
        if (claviger != null) {
            claviger.close();
        }
    }

    private static Path application(String name) {
        WebArchive archive =
                ShrinkWrap.create(WebArchive.class, name + ".war").addClasses(Constrained.class, Open.class);
        Path war = RunningClaviger.folder().resolve("redeploy").resolve(archive.getName());
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        return war;
    }

    private static int status(String path, String... headers) throws InterruptedException, IOException {
        return claviger.get(path, headers).statusCode();
    }

    private static void assertGuarded(String... paths) throws InterruptedException, IOException {
        for (String path : paths) {
            assertThat(status(path, "Authorization", bearer)).as(path).isEqualTo(200);
            assertThat(status(path)).as(path).isEqualTo(401);
            assertThat(status(path, "Authorization", "Bearer garbage")).as(path).isEqualTo(401);
        }
    }

    /** Without Claviger nobody can be known. */
    private static void assertClosed(String... paths) throws InterruptedException, IOException {
        for (String path : paths) {
            for (String credential : List.of(bearer, "Bearer garbage", "Basic d2FsdGVyOndhbHRlcg==")) {
                assertThat(status(path, "Authorization", credential)).as(path).isIn(REFUSALS);
            }
            assertThat(status(path)).as(path).isIn(REFUSALS);
        }
    }

    /** Lines of the heap's histogram, one for each class of this name; garbage is collected first. */
    private static List<String> inMemory(String className) throws InterruptedException, IOException {
        Pattern line = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+\\d+\\s+" + Pattern.quote(className) + "\\s*");
        return claviger.jcmd("GC.class_histogram")
                .lines()
                .filter(line.asMatchPredicate())
                .toList();
    }

    /** How many generations of Claviger are in memory: each has enumerations of its own. */
    private static int generations() throws InterruptedException, IOException {
        return inMemory("org.claviger.oauth.GrantType").size();
    }

    @Test
    @Order(1)
    void an_application_that_came_later_is_guarded() throws InterruptedException, IOException {
        assertGuarded("/plain/api/orders", "/before/constrained");
        assertThat(status("/before/open")).isEqualTo(200);
    }

    @Test
    @Order(2)
    void when_it_goes_what_it_guarded_stays_closed_and_nothing_of_it_runs_on()
            throws InterruptedException, IOException, StartFailure {
        claviger.take("claviger");
        int before = claviger.log().length();
        claviger.bring(application("meanwhile"));

        assertClosed("/plain/api/orders", "/before/constrained", "/meanwhile/constrained");
        assertThat(status("/before/open")).isEqualTo(200);
        assertThat(claviger.jcmd("Thread.print")).doesNotContain("org.claviger");
        assertThat(inMemory("org.claviger.guard.ServerWideGuard$Provider"))
                .as("what was registered with the server")
                .isEmpty();
        assertThat(claviger.log().substring(before)).doesNotContain("CLAVIGER-", "WELD-");
    }

    @Test
    @Order(3)
    void when_it_comes_back_all_are_guarded_at_once() throws InterruptedException, IOException, StartFailure {
        claviger.bring(RunningClaviger.war());

        assertGuarded("/plain/api/orders", "/before/constrained", "/meanwhile/constrained");
        claviger.take("meanwhile");
        claviger.bring(application("meanwhile"));
        assertGuarded("/meanwhile/constrained");
    }

    @Test
    @Order(4)
    void however_often_it_is_redeployed_the_same_number_is_in_memory()
            throws InterruptedException, IOException, StartFailure {
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < REDEPLOYMENTS; i++) {
            claviger.take("claviger");
            claviger.bring(RunningClaviger.war());
            bearer = "Bearer " + new Flow(claviger).serviceToken("service");
            assertGuarded("/plain/api/orders");
            counts.add(generations());
        }
        // Besides the present one: what threads of the server and a cache of the JDK hold until something else takes
        // its place.
        assertThat(counts.get(REDEPLOYMENTS - 1))
                .as("generations in memory after each redeployment: %s", counts)
                .isLessThanOrEqualTo(4);
    }
}

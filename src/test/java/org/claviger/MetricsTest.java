package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.Servlet;
import java.io.File;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import org.claviger.NodeHealth.Check;
import org.claviger.audit.Audit;
import org.claviger.database.WatchedClock;
import org.claviger.guard.BearerGate;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTest {
    private static Exchange ask(Exchange exchange) {
        Settings settings =
                Fixture.settings("claviger.metrics.addresses", "10.0.0.0/8", "claviger.trusted-proxies", "192.0.2.1");
        return exchange.through(new Metrics(Optional::empty, settings));
    }

    private static final Settings READABLE = Fixture.settings("claviger.metrics.addresses", "203.0.113.1");
    private static final TestClock CLOCK = new TestClock();

    /** What runs all the time at an issuer, which {@link OpeningTest} compares. */
    static final Set<String> WORK = Set.of("audit", "cleanup", "counts", "feed", "keys", "memory");

    private static final ScheduledThreadPoolExecutor JOBS = new ScheduledThreadPoolExecutor(0, Startup::newThread);

    /** With a service that is open, and all that {@link Startup} gives them. */
    record Open(Claviger claviger, Metrics metrics) {
        static Open begin() {
            CLOCK.set(TestClock.START);
            Claviger claviger = new Claviger(
                    READABLE,
                    TestDatabase.empty(),
                    new WatchedClock(CLOCK, TestDatabase.database()),
                    Fixture.RANDOM,
                    entities -> CLOCK.instant(),
                    Fixture.fresh());
            Metrics metrics = new Metrics(() -> Optional.of(claviger), READABLE);
            Jobs jobs = new Jobs(JOBS, () -> false);
            WORK.forEach(name -> jobs.every(name, 1_000_000, 1_000_000, () -> {}));
            metrics.tellOf(
                    () -> List.of(Check.of("jobs", Optional.empty())),
                    () -> List.of(
                            Check.of("clock", Optional.empty()),
                            Check.of("database", Optional.empty()),
                            Check.of("keys", Optional.empty()),
                            Check.of("open", Optional.empty()),
                            Check.of("revocation", Optional.empty()),
                            Check.of("server", Optional.empty()),
                            Check.told("settings", Optional.of("told"))),
                    jobs);
            BearerGate gate = new BearerGate();
            gate.tell(metrics.judgements());
            gate.open(claviger.applicationGuard);
            return new Open(claviger, metrics);
        }

        Map<String, OpenMetrics.Family> scrape() {
            return OpenMetrics.parse(Exchange.get("").through(metrics).body());
        }

        /** Of the sample with this name and these names and values of labels. */
        double value(String name, String... labels) {
            Map<String, String> wanted = new TreeMap<>();
            for (int i = 0; i < labels.length; i += 2) {
                wanted.put(labels[i], labels[i + 1]);
            }
            return scrape().values().stream()
                    .flatMap(family -> family.samples().stream())
                    .filter(sample ->
                            sample.name().equals(name) && sample.labels().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + name + wanted))
                    .value();
        }

        /** As a server does, through the filter before all endpoints. */
        Exchange ask(Exchange exchange, String path) throws Exception {
            exchange.at("/api/v2/auth", path, "");
            Servlet endpoint = claviger.endpoints.get(path);
            metrics.requests().doFilter(exchange.request(), exchange.response(), (request, response) -> {
                if (endpoint == null) {
                    throw new IllegalStateException("a fault");
                }
                endpoint.service(request, response);
            });
            return exchange;
        }
    }

    @Test
    void requests_are_counted_by_endpoint_and_outcome() throws Exception {
        Open open = Open.begin();

        open.ask(Exchange.get(""), "/jwks");
        open.ask(Exchange.post("grant_type=client_credentials&client_id=nobody"), "/token");
        open.ask(Exchange.get(""), "/token");

        assertThat(open.value("claviger_http_requests_total", "endpoint", "/jwks", "status", "2xx", "error", ""))
                .isEqualTo(1);
        assertThat(open.value(
                        "claviger_http_requests_total",
                        "endpoint",
                        "/token",
                        "status",
                        "4xx",
                        "error",
                        "invalid_client"))
                .isEqualTo(1);
        assertThat(open.value(
                        "claviger_http_requests_total",
                        "endpoint",
                        "/token",
                        "status",
                        "4xx",
                        "error",
                        "invalid_request"))
                .isEqualTo(1);
        assertThat(open.value("claviger_http_request_duration_seconds_count", "endpoint", "/token"))
                .isEqualTo(2);
    }

    @Test
    void what_a_caller_writes_is_no_label_and_what_fails_is_counted_too() {
        Open open = Open.begin();

        for (String made : List.of("/made", "/up\"by\na{caller}", "/admin/console/../x")) {
            assertThatThrownBy(() -> open.ask(Exchange.get(""), made)).hasMessage("a fault");
        }

        assertThat(open.value("claviger_http_requests_total", "endpoint", "other", "status", "5xx", "error", ""))
                .isEqualTo(3);
        assertThat(Exchange.get("").through(open.metrics).body()).doesNotContain("/made", "caller}", "..");
    }

    @Test
    void tokens_are_counted_by_grant_and_what_the_audit_has_by_event() throws Exception {
        Open open = Open.begin();
        Fixture.register(
                open.claviger.clients,
                Fixture.json(
                        "{'client_id':'batch','client_secret':'%s','token_endpoint_auth_method':'client_secret_post','grant_types':['client_credentials']}"
                                .formatted(Fixture.SECRET)),
                "");
        open.claviger.clients.refresh();
        Audit.tell(open.metrics.events());
        try {
            Exchange issued = open.ask(
                    Exchange.post("grant_type=client_credentials&client_id=batch&client_secret=" + Fixture.SECRET),
                    "/token");
            assertThat(issued.status()).isEqualTo(200);
            open.ask(Exchange.post("grant_type=client_credentials&client_id=batch&client_secret=wrong"), "/token");
        } finally {
            Audit.tell((event, code) -> {});
        }

        assertThat(open.value("claviger_tokens_issued_total", "grant", "client_credentials"))
                .isEqualTo(1);
        assertThat(open.value("claviger_tokens_issued_total", "grant", "refresh_token"))
                .isZero();
        assertThat(open.value("claviger_events_total", "event", "token_refused"))
                .isEqualTo(1);
        assertThat(open.value("claviger_events_total", "event", "reuse_detected"))
                .as("there before it is counted for the first time: an increase is a difference")
                .isZero();
    }

    @Test
    void the_age_of_the_key_and_when_the_next_one_signs_are_told() {
        Open open = Open.begin();
        CLOCK.advance(Duration.ofDays(2));

        assertThat(open.value("claviger_signing_key_age_seconds")).isEqualTo(2 * 86_400.0);
        assertThat(open.value("claviger_signing_key_remaining_seconds")).isEqualTo(28 * 86_400.0);
    }

    @Test
    void what_is_told_only_takes_no_node_out_of_service() {
        Open open = Open.begin();

        assertThat(open.value("claviger_ready")).isEqualTo(1);
        assertThat(open.value("claviger_health_check", "check", "settings")).isZero();
        assertThat(open.value("claviger_health_check", "check", "keys")).isEqualTo(1);
    }

    @Test
    void whether_a_restart_helps_and_what_is_allowed_is_told() {
        Open open = Open.begin();

        assertThat(open.value("claviger_live")).isEqualTo(1);
        assertThat(open.value("claviger_job_age_seconds", "work", "feed")).isZero();
        assertThat(open.value("claviger_feed_max_staleness_seconds")).isEqualTo(60);
        assertThat(open.value("claviger_database_outages_total")).isZero();
        assertThat(open.value("claviger_cleanup_sweep_age_seconds")).isZero();
        assertThat(open.value("claviger_audit_unsealed_seconds")).isZero();
        assertThat(open.value("claviger_lease_held", "lease", "audit")).isZero();
        assertThat(open.value("claviger_lease_held", "lease", "cleanup")).isZero();
    }

    @Test
    void the_database_tells_who_holds_and_who_has_waited() {
        Open open = Open.begin();
        double before = open.value("claviger_database_connection_wait_seconds_count");

        double inUse = TestDatabase.database().transact(entities -> open.value("claviger_database_connections_in_use"));

        assertThat(inUse).isEqualTo(1);
        assertThat(open.value("claviger_database_connections_in_use")).isZero();
        assertThat(open.value("claviger_database_connection_wait_seconds_count"))
                .isGreaterThan(before);
        assertThat(open.value("claviger_database_up")).isEqualTo(1);
    }

    @Test
    void before_the_database_has_been_reached_they_say_so_and_nothing_else() {
        Exchange answer = ask(Exchange.get("").peer("10.1.2.3"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .contains("\nclaviger_open 0.0\n")
                .doesNotContain("\nclaviger_feed")
                .endsWith("# EOF\n");
    }

    /** As a scrape before the service is open, for a class loader of its own. */
    public static final class Alone implements Supplier<String> {
        @Override
        public String get() {
            return ask(Exchange.get("").peer("10.1.2.3")).body();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"prometheus.config", "io.prometheus.metrics.exemplarsEnabled"})
    void what_another_application_sets_for_the_library_of_its_metrics_does_not_change_ours(String property)
            throws Exception {
        List<URL> path = new ArrayList<>();
        for (String place : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            path.add(new File(place).toURI().toURL());
        }
        System.setProperty(property, "/none/of/ours");
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader classes =
                new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(classes);
            Supplier<?> alone = (Supplier<?>) classes.loadClass(Alone.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();

            assertThat(alone.get()).asString().contains("\nclaviger_open 0.0\n");
        } finally {
            Thread.currentThread().setContextClassLoader(own);
            System.clearProperty(property);
        }
    }

    @Test
    void a_library_that_cannot_be_used_costs_the_metrics_and_nothing_else() {
        Service service = (Service) Proxy.newProxyInstance(
                Service.class.getClassLoader(), new Class<?>[] {Service.class}, (proxy, method, arguments) -> {
                    throw new NoSuchMethodError("of another version");
                });
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            assertThat(Startup.metrics(service, new NodeHealth(service, Optional::empty)))
                    .isEmpty();

            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-1601 ");
        }
    }

    @Test
    void nobody_reads_them_by_an_address_that_is_made_up() {
        assertThat(ask(Exchange.get("").peer("203.0.113.5")).status()).isEqualTo(403);
        assertThat(ask(Exchange.get("").peer("203.0.113.5").header("X-Forwarded-For", "10.1.2.3"))
                        .status())
                .isEqualTo(403);
        assertThat(ask(Exchange.get("").peer("192.0.2.1").header("X-Forwarded-For", "10.1.2.3, 203.0.113.5"))
                        .status())
                .as("what the proxy has written is the last")
                .isEqualTo(403);
        assertThat(ask(Exchange.get("").peer("192.0.2.1").header("X-Forwarded-For", "10.1.2.3"))
                        .status())
                .isEqualTo(200);
    }
}

package org.claviger;

import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.claviger.NodeHealth.Check;
import org.claviger.audit.AuditEvent;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.guard.Judgements;
import org.claviger.http.Answers;
import org.claviger.http.Caller;
import org.claviger.http.Endpoint;
import org.claviger.key.KeyLife;
import org.claviger.key.SigningKeys;
import org.claviger.remote.RemoteIssuer;
import org.claviger.settings.Settings;

/**
 * What can be counted of this node, as OpenMetrics text 1.0: for callers with {@code claviger:admin.read}, and without a token for the
 * addresses in {@code claviger.metrics.addresses}, because no token is judged while this node knows too little.
 */
final class Metrics extends Endpoint {
    /** What {@link Startup} puts on their paths besides the endpoints, and JAX-RS. */
    private static final Set<String> OTHER_PATHS = Set.of(
            "/admin",
            "/health/ready",
            "/health/live",
            "/health/started",
            BearerAuthenticationMechanism.METRICS,
            "/assets/brand.css",
            "/assets/logo",
            "/assets/claviger.css",
            "/assets/icon.svg");

    private final Meters meters = new Meters();
    private final Settings settings;
    private final RequestMetrics requests;
    private final GuardMetrics judgements;
    private final EventMetrics events;

    /** @param parts are not there before the service is open: then there is {@code claviger_open 0}, and nothing of them */
    Metrics(Supplier<Optional<Claviger>> parts, Settings settings) {
        this(
                settings,
                Stream.of(Claviger.PATHS_FOR_PEOPLE, Claviger.PATHS_FOR_PROGRAMS, OTHER_PATHS)
                        .flatMap(Set::stream)
                        .sorted()
                        .toList());
        open(() -> parts.get().isPresent());
        gauge(
                parts,
                "claviger_feed_staleness_seconds",
                "How old what this node knows of changes on other nodes may be.",
                node -> seconds(node.feed.freshness().staleness()));
        maxStaleness(parts);
        gauge(parts, "claviger_revocations", "Revocations that this node holds in memory.", node -> node.revocations
                .view()
                .size());
        meters.gauge(
                "claviger_cleanup_backlog_rows",
                "Expired rows that cleanup has counted and not removed yet, on the node that cleans; absent while they are too many to count.",
                value ->
                        parts.get().map(node -> node.cleanup.backlog()).ifPresent(rows -> rows.ifPresent(value::tell)));
        gauge(
                parts,
                "claviger_cleanup_sweep_age_seconds",
                "How long ago the last sweep for expired rows began that has been through all tables, on the node that cleans; otherwise 0.",
                node -> seconds(node.cleanup.sweepAge()));
        gauge(
                parts,
                "claviger_settings_outside_advised_range",
                "Settings in force that are accepted and not advised.",
                node -> node.settings.outsideOfAdvised());
        gauge(
                parts,
                "claviger_clock_offset_seconds",
                "By how much the clock of this node is ahead of the database's; negative if it is behind.",
                node -> seconds(node.clock.offset()));
        gauge(
                parts,
                "claviger_audit_chain_broken",
                "Whether this node has found since its start that the audit is not what was sealed: 1, or 0.",
                node -> node.auditChain.isBroken() ? 1 : 0);
        gauge(
                parts,
                "claviger_audit_unsealed_seconds",
                "For how long the node that seals the audit has not sealed all of it; on others 0.",
                node -> seconds(node.auditChain.unsealed()));
        meters.counted(
                "claviger_browser_session_lookups",
                "How often the guard asked for the session of a browser, and whether this node remembered it.",
                value -> parts.get().map(node -> node.browsers.sessions()).ifPresent(sessions -> {
                    value.tell((double) sessions.hits(), "hit");
                    value.tell((double) sessions.misses(), "miss");
                }),
                "result");
        counter(
                parts,
                "claviger_throttled_attempts",
                "Attempts with a password, a secret or a code that came too early.",
                node -> node.throttle.refused());
        meters.counted(
                "claviger_token_cache_requests",
                "How often the guard and introspection asked whether a token had been verified before.",
                value -> parts.get().ifPresent(node -> {
                    value.tell((double) node.verifiedTokens.hits(), "hit");
                    value.tell((double) node.verifiedTokens.misses(), "miss");
                }),
                "result");
        meters.gauge(
                "claviger_lease_held",
                "Whether it is this node that does what one does for all: 1, or 0.",
                value -> parts.get().ifPresent(node -> {
                    value.tell(node.auditChain.isOurs() ? 1 : 0, "audit");
                    value.tell(node.cleanup.isOurs() ? 1 : 0, "cleanup");
                }),
                "lease");
        ofKeys(parts);
        ofDatabase(parts);
    }

    /** What is counted whatever this deployment is. */
    private Metrics(Settings settings, Collection<String> paths) {
        this.settings = settings;
        requests = new RequestMetrics(meters, paths);
        judgements = new GuardMetrics(meters);
        events = new EventMetrics(meters);
    }

    private void ofKeys(Supplier<Optional<Claviger>> parts) {
        ofSigner(
                parts,
                "claviger_signing_key_age_seconds",
                "For how long the key that signs by default has signed.",
                (signer, now) -> seconds(Duration.between(signer.signsFrom(), now)));
        ofSigner(
                parts,
                "claviger_signing_key_remaining_seconds",
                "In how long the next key signs by default; below 0 it is late.",
                (signer, now) -> seconds(Duration.between(now, signer.retiredAt())));
    }

    private void ofSigner(
            Supplier<Optional<Claviger>> parts, String name, String help, ToDoubleBiFunction<KeyLife, Instant> value) {
        meters.gauge(name, help, gauge -> parts.get().ifPresent(node -> {
            SigningKeys.Overview keys = node.signingKeys.overview();
            keys.keys().stream()
                    .filter(key -> key.state() == KeyLife.State.SIGNING
                            && key.life().line().equals(KeyLife.DEFAULT_LINE))
                    .findFirst()
                    .ifPresent(signer -> gauge.tell(value.applyAsDouble(signer.life(), keys.now())));
        }));
    }

    private void ofDatabase(Supplier<Optional<Claviger>> parts) {
        gauge(
                parts,
                "claviger_database_up",
                "Whether the last that was heard of the database is that it is there: 1, or 0.",
                node -> node.database.isAway() ? 0 : 1);
        counter(
                parts,
                "claviger_database_outages",
                "How often the database went away; one that can be read and not written does so with each write.",
                node -> node.database.outages());
        gauge(
                parts,
                "claviger_database_connections_in_use",
                "Transactions that hold a connection.",
                node -> node.database.connections());
        meters.summed(
                "claviger_database_connection_wait_seconds",
                "How long transactions have waited for a connection.",
                value -> parts.get()
                        .ifPresent(node -> value.tell(node.database.waits(), seconds(node.database.waited()))));
    }

    /** How this node is, as its health says, also before the service is open. */
    void tellOf(Supplier<List<Check>> live, Supplier<List<Check>> ready, Jobs jobs) {
        meters.gauge(
                "claviger_live",
                "Whether this node goes on without a restart, as health/live says: 1, or 0.",
                value -> value.tell(live.get().stream().allMatch(Check::up) ? 1 : 0));
        meters.gauge(
                "claviger_job_age_seconds",
                "For how long what has to run all the time has not come round; not counting while the database is away.",
                value -> jobs.ages().forEach((work, age) -> value.tell(age, work)),
                "work");
        meters.gauge(
                "claviger_ready",
                "Whether requests should be sent to this node, as health/ready says: 1, or 0.",
                value -> value.tell(ready.get().stream().allMatch(Check::up) ? 1 : 0));
        meters.gauge(
                "claviger_health_check",
                "What health/ready says of each of its checks: 1 if all is well, or 0.",
                value -> ready.get().forEach(check -> value.tell(check.reason().isEmpty() ? 1 : 0, check.name())),
                "check");
    }

    /** All of them, as they are now. */
    String text() {
        return meters.text();
    }

    /** Counts requests; before all endpoints. */
    Filter requests() {
        return requests;
    }

    /** Counts what the guard does. */
    Judgements judgements() {
        return judgements;
    }

    /** Counts what the audit log has. */
    BiConsumer<AuditEvent, String> events() {
        return events;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }

    private void counter(
            Supplier<Optional<Claviger>> parts, String name, String help, ToDoubleFunction<Claviger> value) {
        meters.counted(name, help, counter -> parts.get().ifPresent(node -> counter.tell(value.applyAsDouble(node))));
    }

    /** Those of a resource server. */
    Metrics(RemoteIssuer issuer, Settings settings) {
        this(
                settings,
                List.of("/health/ready", "/health/live", "/health/started", BearerAuthenticationMechanism.METRICS));
        Supplier<Optional<RemoteIssuer>> known = () -> Optional.of(issuer).filter(RemoteIssuer::hasBegun);
        open(issuer::hasBegun);
        gauge(
                known,
                "claviger_feed_staleness_seconds",
                "How old what this node knows of its issuer may be.",
                there -> seconds(there.staleness()));
        maxStaleness(known);
        gauge(
                known,
                "claviger_revocations",
                "Revocations, or answers about tokens, that this node holds in memory.",
                RemoteIssuer::size);
    }

    private void open(BooleanSupplier open) {
        meters.gauge(
                "claviger_open",
                "Whether the service is open: 1, or 0 before the database or the issuer has been reached.",
                value -> value.tell(open.getAsBoolean() ? 1 : 0));
    }

    private void maxStaleness(Supplier<? extends Optional<?>> open) {
        meters.gauge(
                "claviger_feed_max_staleness_seconds",
                "How old what this node knows of others may be before it refuses every token.",
                value -> open.get()
                        .ifPresent(there -> value.tell(seconds(settings.feed().maxStaleness()))));
    }

    private <T> void gauge(Supplier<Optional<T>> parts, String name, String help, ToDoubleFunction<T> value) {
        meters.gauge(name, help, gauge -> parts.get().ifPresent(node -> gauge.tell(value.applyAsDouble(node))));
    }

    @Override
    protected String allowedMethods() {
        return "GET, HEAD";
    }

    @Override
    protected void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!mayRead(request)) {
            response.setStatus(HttpServletResponse.SC_FORBIDDEN);
            return;
        }
        Answers.send(response, HttpServletResponse.SC_OK, OpenMetricsTextFormatWriter.CONTENT_TYPE, text());
    }

    /** Who bears no token and comes from elsewhere has been refused by the mechanism already. */
    private boolean mayRead(HttpServletRequest request) {
        String address = Caller.of(request, settings.trustedProxies()).address();
        return settings.metricsReaders().contains(address)
                || request.isUserInRole(BearerAuthenticationMechanism.READER_ROLE);
    }
}

package org.claviger;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.http.Answers;
import org.claviger.http.Caller;
import org.claviger.http.Endpoint;
import org.claviger.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * What can be counted of this node, as OpenMetrics text 1.0: for callers with {@code claviger:admin.read}, and without a token for the
 * addresses in {@code claviger.metrics.addresses}, because no token is judged while this node knows too little.
 */
final class Metrics extends Endpoint {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final OpenMetricsTextFormatWriter writer = OpenMetricsTextFormatWriter.create();
    private final Supplier<Optional<Claviger>> parts;
    private final Settings settings;

    /** @param parts are not there before the service is open: then there is {@code claviger_open 0} and nothing else */
    Metrics(Supplier<Optional<Claviger>> parts, Settings settings) {
        this.parts = parts;
        this.settings = settings;
        GaugeWithCallback.builder()
                .name("claviger_open")
                .help("Whether the service is open: 1, or 0 before the database has been reached.")
                .callback(value -> value.call(parts.get().isPresent() ? 1 : 0))
                .register(registry);
        gauge(
                "claviger_feed_staleness",
                Unit.SECONDS,
                "How old what this node knows of changes on other nodes may be.",
                node -> Unit.millisToSeconds(node.feed.freshness().staleness().toMillis()));
        gauge("claviger_revocations", null, "Revocations that this node holds in memory.", node -> node.revocations
                .view()
                .size());
        gauge(
                "claviger_cleanup_backlog_rows",
                null,
                "Expired rows that cleanup has counted and not removed yet, on the node that cleans.",
                node -> node.cleanup.backlog());
        gauge(
                "claviger_settings_outside_advised_range",
                null,
                "Settings in force that are accepted and not advised.",
                node -> node.settings.outsideOfAdvised());
    }

    private void gauge(String name, @Nullable Unit unit, String help, ToDoubleFunction<Claviger> value) {
        GaugeWithCallback.builder()
                .name(name)
                .unit(unit)
                .help(help)
                .callback(gauge -> parts.get().ifPresent(node -> gauge.call(value.applyAsDouble(node))))
                .register(registry);
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
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        writer.write(text, registry.scrape());
        Answers.send(
                response,
                HttpServletResponse.SC_OK,
                OpenMetricsTextFormatWriter.CONTENT_TYPE,
                text.toString(StandardCharsets.UTF_8));
    }

    /** Who bears no token and comes from elsewhere has been refused by the mechanism already. */
    private boolean mayRead(HttpServletRequest request) {
        String address = Caller.of(request, settings.trustedProxies()).address();
        return settings.metricsReaders().contains(address)
                || request.isUserInRole(BearerAuthenticationMechanism.READER_ROLE);
    }
}

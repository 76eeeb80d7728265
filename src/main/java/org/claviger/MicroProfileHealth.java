package org.claviger;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.claviger.NodeHealth.Check;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Tells the server's own MicroProfile Health what {@link Health} tells, one check for each kind with a reason for each member of its data.
 * CDI passes over this class where the server has no such API.
 */
@ApplicationScoped
class MicroProfileHealth {
    private static final Check NOT_STARTED = Check.of("open", Optional.of("has not started"));

    private final Installation installation;

    /** For the proxy. */
    MicroProfileHealth() {
        this(new Installation());
    }

    @Inject
    MicroProfileHealth(Installation installation) {
        this.installation = installation;
    }

    @Produces
    @Liveness
    HealthCheck live() {
        return check("claviger-live", NodeHealth::live);
    }

    @Produces
    @Readiness
    HealthCheck ready() {
        return check("claviger-ready", NodeHealth::ready);
    }

    @Produces
    @Startup
    HealthCheck started() {
        return check("claviger-started", NodeHealth::started);
    }

    /** Asked before the server has started this, or when it could not: down. */
    private HealthCheck check(String name, Function<NodeHealth, List<Check>> checks) {
        return () -> {
            HealthCheckResponseBuilder response = HealthCheckResponse.named(name);
            List<Check> now = installation.health().map(checks).orElse(List.of(NOT_STARTED));
            now.forEach(check -> check.reason().ifPresent(reason -> response.withData(check.name(), reason)));
            return response.status(now.stream().allMatch(Check::up)).build();
        };
    }
}

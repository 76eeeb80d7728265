package org.claviger;

import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.claviger.guard.BearerGate;
import org.claviger.guard.BearerGuard;
import org.claviger.remote.RemoteIssuer;
import org.claviger.settings.Settings;

/**
 * The parts of a resource server, put together: the guard of the applications beside it, by the tokens of an issuer that is elsewhere. It
 * has no database, no key and no endpoint but its health and its metrics. It judges as soon as the issuer has been there once.
 */
final class ResourceServer implements Service {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final String FAULT = "CLAVIGER-1205 what the issuer says cannot be followed";
    private static final long FOLLOW_MILLIS = 500;

    private final Settings settings;
    private final RemoteIssuer issuer;
    private final BearerGate applicationGate = new BearerGate();
    private final BearerGate adminGate = new BearerGate();
    private final Jobs jobs;
    private volatile boolean followed;

    ResourceServer(Settings settings, ScheduledExecutorService executor) {
        this(settings, executor, Settings.clock(), System::nanoTime);
    }

    /** The same by another clock, for a test. */
    ResourceServer(Settings settings, ScheduledExecutorService executor, Clock clock, LongSupplier nanoTime) {
        this.settings = settings;
        this.jobs = new Jobs(executor, () -> false); // no question to the issuer takes longer than some seconds
        this.issuer = new RemoteIssuer(settings, clock, nanoTime);
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public BearerGate applicationGate() {
        return applicationGate;
    }

    /** Nothing opens it: an administrator's token is for the issuer. */
    @Override
    public BearerGate adminGate() {
        return adminGate;
    }

    @Override
    public Optional<Claviger> parts() {
        return Optional.empty();
    }

    @Override
    public Map<String, Supplier<Optional<String>>> checks() {
        return Map.of("keys", issuer::keyProblem, "revocation", issuer::revocationProblem);
    }

    @Override
    public Set<String> onlyTold() {
        return Set.of();
    }

    /** The issuer, once: what it says then is good for a while. */
    @Override
    public Optional<String> waitsFor() {
        if (!followed) {
            Optional<String> problem = issuer.keyProblem().or(issuer::revocationProblem);
            followed = problem.isEmpty();
            return problem;
        }
        return Optional.empty();
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public Metrics metrics() {
        return new Metrics(issuer, settings);
    }

    @Override
    public void unlock() {
        applicationGate.unlock();
        adminGate.unlock();
    }

    @Override
    public void start() {
        settings.warnings().forEach(warning -> LOG.log(Level.WARNING, "CLAVIGER-0802 {0}", warning));
        applicationGate.open(new BearerGuard(issuer.tokens(), settings.audience()));
        // Each on its own, for either may wait for the issuer.
        every("keys", 1_000, issuer::refreshKeys);
        every("feed", FOLLOW_MILLIS, issuer::follow);
        every("memory", 1_000, issuer::prune);
        LOG.log(
                Level.INFO,
                "CLAVIGER-1204 guards as a resource server of {0}, and goes by its {1}",
                settings.issuer(),
                settings.resourceServer().orElseThrow().feed() ? "revocations" : "introspection");
    }

    private void every(String name, long millis, Runnable work) {
        jobs.every(name, 0, millis, new Refresh(FAULT, work));
    }

    @Override
    public void close() {
        jobs.close();
    }
}

package org.claviger;

import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.sql.DataSource;
import org.claviger.audit.Audit;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.guard.ServerCheck;
import org.claviger.guard.ServerWideGuard;
import org.claviger.http.Document;
import org.claviger.page.BrandAssets;
import org.claviger.page.Pages;
import org.claviger.settings.BrandSettings;
import org.claviger.settings.IdentitySettings;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Role;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.claviger.trace.Telemetry;
import org.claviger.trace.Trace;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Where the server comes in: reads the settings, puts the endpoints on their paths and the guard on the server, and opens the
 * service, at once or when the database comes. What cannot be used fails the deployment with one line that names the key; no
 * guard is registered then, and guarded applications refuse whoever their annotations do not let in anonymously.
 */
@WebListener
@DataSourceDefinition(
        name = Startup.DATA_SOURCE,
        className = "org.claviger.database.ConfiguredDataSource",
        minPoolSize = 0,
        initialPoolSize = 0,
        maxPoolSize = 8,
        properties = "profile=default")
public class Startup implements ServletContextListener {
    static final String DATA_SOURCE = "java:app/jdbc/claviger";

    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** As many as there are jobs that may have to wait, so that none waits for another. Payara's own executor has one thread for all. */
    private static final int THREADS = 10;

    @Resource(lookup = DATA_SOURCE)
    private DataSource dataSource;

    @Inject
    private Installation installation;

    private @Nullable ScheduledExecutorService executor;
    private @Nullable Service service;
    private @Nullable SelfCheck selfCheck;
    private @Nullable ServerWideGuard guard;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        try {
            Config config = ConfigProvider.getConfig(Startup.class.getClassLoader());
            Settings settings = Settings.read(config);
            if (Settings.isTelemetryOn(config)) {
                Trace.useServer();
            }
            executor = new ScheduledThreadPoolExecutor(THREADS, Startup::newThread);
            service = service(settings, event.getServletContext());
            selfCheck = new SelfCheck(ServerCheck.here(), service::unlock);
            NodeHealth health = new NodeHealth(service, selfCheck::reason);
            installation.use(service, health);
            addHealth(event.getServletContext(), service, health);
            guard = new ServerWideGuard(
                    service.applicationGate(),
                    settings.guard(),
                    event.getServletContext().getVirtualServerName());
            selfCheck.start(executor);
            service.start();
        } catch (SettingsException unusable) {
            LOG.log(Level.ERROR, "CLAVIGER-0101 {0}", unusable.getMessage());
            close();
            throw unusable;
        } catch (RuntimeException | Error fault) {
            LOG.log(Level.ERROR, "CLAVIGER-0102 cannot start: " + fault.getMessage(), fault);
            close();
            throw fault;
        }
    }

    /**
     * A thread of our own, and not one of the server's factory: to ask for that while applications are deployed at its start makes
     * Payara Server wait for itself for 200 seconds. Our jobs need none of the naming context that it would bring.
     */
    static Thread newThread(Runnable work) {
        Thread thread = new Thread(null, work, "claviger", 0, false);
        thread.setContextClassLoader(Startup.class.getClassLoader());
        thread.setDaemon(true);
        return thread;
    }

    /** The one place that chooses what this deployment is; only an issuer has endpoints, and opens the data source. */
    private Service service(Settings settings, ServletContext context) {
        if (settings.role() == Role.RESOURCE_SERVER) {
            return new ResourceServer(settings, executor());
        }
        Opening opening = new Opening(settings, dataSource, executor());
        addOrigin(context, opening);
        addEndpoints(context, opening);
        if (settings.identity().store() == IdentitySettings.Store.SERVER) { // which says nothing of others
            context.declareRoles(settings.identity().groups().keySet().toArray(String[]::new));
        }
        return opening;
    }

    private ScheduledExecutorService executor() {
        return Objects.requireNonNull(executor);
    }

    private static void addHealth(ServletContext context, Service service, NodeHealth health) {
        add(context, "/health/live", new Health(health::live));
        add(context, "/health/ready", new Health(health::ready));
        add(context, "/health/started", new Health(health::started));
        addMetrics(context, service, health);
    }

    private static void addEndpoints(ServletContext context, Opening opening) {
        BrandSettings brand = opening.settings.brand();
        add(context, "/assets/brand.css", Claviger.document(BrandAssets.css(() -> opening.settings()
                .brand())));
        BrandAssets.logo(brand).ifPresent(logo -> add(context, "/assets/logo", Claviger.document(logo)));
        // Not left to the server, which sends them without nosniff and a policy.
        add(context, "/assets/claviger.css", Claviger.document(packaged(context, "/assets/claviger.css", "text/css")));
        add(context, "/assets/icon.svg", Claviger.document(packaged(context, "/assets/icon.svg", Document.SVG)));
        Servlet page = Unavailable.forPeople(new Pages(opening::settings));
        for (String path : Claviger.PATHS_FOR_PEOPLE) {
            addEndpoint(context, opening, path, page);
        }
        Servlet json = Unavailable.forPrograms();
        for (String path : Claviger.PATHS_FOR_PROGRAMS) {
            addEndpoint(context, opening, path, json);
        }
    }

    private static void addEndpoint(ServletContext context, Opening opening, String path, Servlet untilThen) {
        Servlet endpoint = new DeferredEndpoint(() -> opening.endpoint(path), untilThen);
        add(context, path, new TracedEndpoint(path, endpoint));
    }

    private static void addOrigin(ServletContext context, Opening opening) {
        addFilter(context, "origin", new OriginFilter(opening::settings, new RandomTokens(Settings.random())));
    }

    /** The three places where something is counted: before the endpoints, in the guard, and where the audit hears of it. */
    private static void addMetrics(ServletContext context, Service service, NodeHealth health) {
        metrics(service, health).ifPresent(metrics -> {
            add(context, BearerAuthenticationMechanism.METRICS, metrics);
            addFilter(context, "metrics", metrics.requests());
            service.applicationGate().tell(metrics.judgements());
            service.adminGate().tell(metrics.judgements());
            Audit.tell(metrics.events());
        });
    }

    /** Nobody is guarded less because there is nothing to count with: another version of that library on the server's class path. */
    static Optional<Metrics> metrics(Service service, NodeHealth health) {
        try {
            Metrics metrics = service.metrics();
            metrics.tellOf(health::live, health::ready, service.jobs());
            metrics.text();
            return Optional.of(metrics);
        } catch (RuntimeException | LinkageError unusable) {
            LOG.log(Level.ERROR, "CLAVIGER-1601 this node does all but tell its metrics: " + unusable, unusable);
            return Optional.empty();
        }
    }

    private static void addFilter(ServletContext context, String name, Filter filter) {
        FilterRegistration.Dynamic added = context.addFilter(name, filter);
        added.setAsyncSupported(true);
        added.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
    }

    private static Document packaged(ServletContext context, String path, String type) {
        try (InputStream file = context.getResourceAsStream(path)) {
            return new Document(type, file.readAllBytes());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void add(ServletContext context, String path, Servlet servlet) {
        context.addServlet(path, servlet).addMapping(path);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        close();
    }

    /** In the reverse order. */
    private void close() {
        Trace.use(Telemetry.NONE);
        if (guard != null) {
            guard.close();
        }
        if (selfCheck != null) {
            selfCheck.close();
        }
        if (service != null) {
            service.close();
        }
        if (executor != null) {
            executor.shutdownNow();
        }
    }
}

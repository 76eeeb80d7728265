package org.claviger;

import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.inject.Inject;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.sql.DataSource;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.guard.ServerCheck;
import org.claviger.guard.ServerWideGuard;
import org.claviger.http.Document;
import org.claviger.page.BrandAssets;
import org.claviger.page.Pages;
import org.claviger.settings.BrandSettings;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
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
    private static final int THREADS = 8;

    @Resource(lookup = DATA_SOURCE)
    private DataSource dataSource;

    @Inject
    private Installation installation;

    private @Nullable ScheduledExecutorService executor;
    private @Nullable Opening opening;
    private @Nullable SelfCheck selfCheck;
    private @Nullable ServerWideGuard guard;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        try {
            Settings settings = Settings.read(ConfigProvider.getConfig(Startup.class.getClassLoader()));
            executor = new ScheduledThreadPoolExecutor(THREADS, Startup::newThread);
            opening = new Opening(settings, dataSource, executor);
            installation.use(opening);
            selfCheck = new SelfCheck(ServerCheck.here(), opening::unlock);
            addServlets(event.getServletContext(), opening, selfCheck);
            guard = new ServerWideGuard(
                    opening.applicationGate,
                    settings.guard(),
                    event.getServletContext().getVirtualServerName());
            selfCheck.start(executor);
            opening.start();
        } catch (SettingsException unusable) {
            LOG.log(Level.ERROR, "CLAVIGER-0101 {0}", unusable.getMessage());
            close();
            throw unusable;
        } catch (RuntimeException fault) {
            LOG.log(Level.ERROR, "CLAVIGER-0102 cannot start: " + fault.getMessage(), fault);
            close();
            throw fault;
        }
    }

    /**
     * A thread of our own, and not one of the server's factory: to ask for that while applications are deployed at its start makes
     * Payara Server wait for itself for 200 seconds. Our jobs need none of the naming context that it would bring.
     */
    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(null, work, "claviger", 0, false);
        thread.setContextClassLoader(Startup.class.getClassLoader());
        thread.setDaemon(true);
        return thread;
    }

    private static void addServlets(ServletContext context, Opening opening, SelfCheck selfCheck) {
        add(
                context,
                "/health/ready",
                new Health(
                        Map.of(
                                "server",
                                selfCheck::reason,
                                "database",
                                () -> opening.isOpen() ? Optional.empty() : Optional.of("has not been reached yet"),
                                "revocation",
                                () -> opening.parts()
                                        .flatMap(parts -> parts.feed.freshness().problem()),
                                "keys",
                                () -> opening.parts().flatMap(parts -> parts.signingKeys.problem()),
                                "settings",
                                () -> opening.parts().flatMap(parts -> parts.settings.problem())),
                        Set.of("settings")));
        add(context, "/health/live", new Health(Map.of(), Set.of()));
        add(context, BearerAuthenticationMechanism.METRICS, new Metrics(opening::parts, opening.settings));
        BrandSettings brand = opening.settings.brand();
        add(context, "/assets/brand.css", Claviger.document(BrandAssets.css(() -> opening.settings()
                .brand())));
        BrandAssets.logo(brand).ifPresent(logo -> add(context, "/assets/logo", Claviger.document(logo)));
        // Not left to the server, which sends them without nosniff and a policy.
        add(context, "/assets/claviger.css", Claviger.document(packaged(context, "/assets/claviger.css", "text/css")));
        add(context, "/assets/icon.svg", Claviger.document(packaged(context, "/assets/icon.svg", Document.SVG)));
        Servlet page = Unavailable.forPeople(new Pages(opening::settings));
        for (String path : Claviger.PATHS_FOR_PEOPLE) {
            add(context, path, new DeferredEndpoint(() -> opening.endpoint(path), page));
        }
        Servlet json = Unavailable.forPrograms();
        for (String path : Claviger.PATHS_FOR_PROGRAMS) {
            add(context, path, new DeferredEndpoint(() -> opening.endpoint(path), json));
        }
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
        if (guard != null) {
            guard.close();
        }
        if (selfCheck != null) {
            selfCheck.close();
        }
        if (opening != null) {
            opening.close();
        }
        if (executor != null) {
            executor.shutdownNow();
        }
    }
}

package org.claviger;

import jakarta.annotation.Resource;
import jakarta.annotation.sql.DataSourceDefinition;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger.Level;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.claviger.database.Database;
import org.claviger.guard.ServerWideGuard;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Where the server comes in: reads the settings, opens the database, puts the endpoints on their paths and the guard on the
 * server. What cannot be used fails the deployment with one line that names the key; no guard is registered then, and
 * guarded applications refuse whoever their annotations do not let in anonymously.
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

    @Resource(lookup = DATA_SOURCE)
    private DataSource dataSource;

    @Resource
    private ManagedScheduledExecutorService executor;

    @Inject
    private Installation installation;

    private @Nullable Database database;
    private @Nullable ServerWideGuard guard;
    private @Nullable ScheduledFuture<?> refresh;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        try {
            Settings settings = Settings.read(ConfigProvider.getConfig(Startup.class.getClassLoader()));
            database = Database.open(dataSource);
            Claviger parts = new Claviger(settings, database, Settings.clock(), Settings.random());
            installation.open(parts);
            publish(event.getServletContext(), parts);
            refresh = executor.scheduleWithFixedDelay(new Refresh(parts.clients), 1, 1, TimeUnit.SECONDS);
            guard = new ServerWideGuard(parts.applicationGuard);
            LOG.log(Level.INFO, "CLAVIGER-0001 ready as {0}", settings.issuer());
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

    private static void publish(ServletContext context, Claviger parts) {
        publish(context, parts.authorizeEndpoint, "/authorize");
        publish(context, parts.signInEndpoint, "/signin");
        publish(context, parts.tokenEndpoint, "/token");
        publish(context, parts.jwksEndpoint, "/jwks");
        publish(context, parts.metadataEndpoint, "/.well-known/oauth-authorization-server");
    }

    private static void publish(ServletContext context, Servlet endpoint, String path) {
        context.addServlet(path, endpoint).addMapping(path);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        close();
    }

    /** In the reverse order; a job that is not cancelled would go on after the application is gone. */
    private void close() {
        if (guard != null) {
            guard.close();
        }
        if (refresh != null) {
            refresh.cancel(true);
        }
        if (database != null) {
            database.close();
        }
    }
}

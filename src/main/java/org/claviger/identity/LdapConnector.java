package org.claviger.identity;

import java.io.IOException;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.naming.CommunicationException;
import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;
import javax.naming.ldap.StartTlsRequest;
import javax.naming.ldap.StartTlsResponse;
import javax.net.ssl.SSLSocketFactory;
import org.claviger.settings.LdapSettings;
import org.jspecify.annotations.Nullable;

/**
 * Connections to an LDAP directory (RFC 4511), by the JDK's own JNDI provider. Referrals are not followed: they would take passwords to
 * servers that nobody has named.
 */
final class LdapConnector {
    private final LdapSettings settings;
    private final SSLSocketFactory tls;
    private final Duration limit;

    /** @throws org.claviger.settings.SettingsException if the trusted certificates cannot be read */
    LdapConnector(LdapSettings settings) {
        this.settings = settings;
        this.tls = LdapSockets.trusting(settings.trusted());
        this.limit = settings.timeout().multipliedBy(2L * settings.urls().split(" ", -1).length);
    }

    /** How long a question may take as a whole: enough for each URL to be tried twice. */
    Duration limit() {
        return limit;
    }

    /** A connection that ends with what it was opened for. */
    record Connection(LdapContext directory, @Nullable StartTlsResponse tls) implements AutoCloseable {
        @Override
        public void close() throws NamingException, IOException {
            try {
                if (tls != null) {
                    tls.close();
                }
            } finally {
                directory.close();
            }
        }
    }

    /**
     * Connects and binds (RFC 4513 section 5.1.3).
     *
     * @param end by {@link System#nanoTime}, when it must have come to an end
     */
    @SuppressWarnings("JdkObsolete") // JNDI takes nothing else
    Connection connect(String user, String password, long end) throws NamingException, IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
            throw new CommunicationException("the directory takes too long");
        }
        int timeout = Math.toIntExact(Math.min(left, settings.timeout().toMillis()));
        Hashtable<String, Object> environment = new Hashtable<>(Map.of(
                Context.INITIAL_CONTEXT_FACTORY,
                "com.sun.jndi.ldap.LdapCtxFactory",
                Context.PROVIDER_URL,
                settings.urls(),
                Context.REFERRAL,
                "ignore",
                "java.naming.ldap.derefAliases",
                "never",
                "com.sun.jndi.ldap.connect.timeout",
                Integer.toString(timeout),
                "com.sun.jndi.ldap.read.timeout",
                Integer.toString(timeout)));
        if (settings.person().isBinaryId()) {
            environment.put(
                    "java.naming.ldap.attributes.binary", settings.person().id());
        }
        Map<String, String> credentials = Map.of(
                Context.SECURITY_AUTHENTICATION, "simple",
                Context.SECURITY_PRINCIPAL, user,
                Context.SECURITY_CREDENTIALS, password);
        if (settings.startTls()) {
            return connectAndSecure(environment, credentials, timeout);
        }
        environment.putAll(credentials);
        if (settings.urls().startsWith("ldaps:")) {
            environment.put("java.naming.ldap.factory.socket", LdapSockets.class.getName());
        }
        LdapContext directory =
                LdapSockets.<LdapContext, NamingException>with(tls, () -> new InitialLdapContext(environment, null));
        return new Connection(directory, null);
    }

    /** RFC 4511 section 4.14: nothing is sent before TLS, the name of the host has been verified with it. */
    private Connection connectAndSecure(
            Hashtable<String, Object> environment, Map<String, String> credentials, int timeout)
            throws NamingException, IOException {
        LdapContext directory = new InitialLdapContext(environment, null);
        try {
            StartTlsResponse secured = (StartTlsResponse) directory.extendedOperation(new StartTlsRequest());
            LdapHandshake handshake = new LdapHandshake(tls, timeout);
            secured.negotiate(handshake);
            handshake.relax(Math.toIntExact(limit.toMillis()));
            for (Map.Entry<String, String> credential : credentials.entrySet()) {
                directory.addToEnvironment(credential.getKey(), credential.getValue());
            }
            directory.reconnect(null); // binds, on this connection
            return new Connection(directory, secured);
        } catch (NamingException | IOException | RuntimeException fault) {
            directory.close();
            throw fault;
        }
    }
}

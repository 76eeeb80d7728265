package org.claviger.identity;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.claviger.settings.Setting;
import org.claviger.settings.SettingsException;
import org.jspecify.annotations.Nullable;

/**
 * What JNDI opens connections with, by the name of this class. The name of the host is verified (RFC 4513 section 3.1.3) whatever a system property
 * says: the JDK's own can be switched off by one.
 */
public final class LdapSockets extends SocketFactory {
    private static final ThreadLocal<@Nullable SSLSocketFactory> TLS = new ThreadLocal<>();

    private final SSLSocketFactory tls;

    private LdapSockets(SSLSocketFactory tls) {
        this.tls = tls;
    }

    /** Called by JNDI, on the thread that connects. */
    public static SocketFactory getDefault() {
        SSLSocketFactory chosen = TLS.get();
        if (chosen == null) {
            throw new IllegalStateException("nobody connects on this thread");
        }
        return new LdapSockets(chosen);
    }

    /** What connects, and may fail. */
    @FunctionalInterface
    interface Connecting<T, E extends Exception> {
        T connect() throws E;
    }

    /** Connects by this on this thread; JNDI finds this class by the thread's class loader. */
    static <T, E extends Exception> T with(SSLSocketFactory chosen, Connecting<T, E> connecting) throws E {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        TLS.set(chosen);
        thread.setContextClassLoader(LdapSockets.class.getClassLoader());
        try {
            return connecting.connect();
        } finally {
            thread.setContextClassLoader(before);
            TLS.remove();
        }
    }

    /** Trusts whom the JVM trusts, or instead of them the certificates of this file. */
    static SSLSocketFactory trusting(Optional<Path> file) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(file.isEmpty() ? null : certificates(file.get()));
            context.init(null, trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException unusable) {
            throw new SettingsException(
                    Setting.LDAP_TRUSTED_CERTIFICATES,
                    "cannot be read as certificates in PEM: " + unusable.getMessage());
        }
    }

    private static KeyStore certificates(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry(Integer.toString(store.size()), certificate);
            }
        }
        if (store.size() == 0) {
            throw new IOException("there is none");
        }
        return store;
    }

    private static Socket verifying(Socket socket) {
        SSLParameters parameters = ((SSLSocket) socket).getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("LDAPS");
        ((SSLSocket) socket).setSSLParameters(parameters);
        return socket;
    }

    @Override
    public Socket createSocket() throws IOException {
        return verifying(tls.createSocket());
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return verifying(tls.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return verifying(tls.createSocket(host, port, local, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return verifying(tls.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return verifying(tls.createSocket(host, port, local, localPort));
    }
}

package org.claviger.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** TLS on a connection that is there already (RFC 4511 section 4.14), for which JNDI would wait without end. */
final class LdapHandshake extends SSLSocketFactory {
    private final SSLSocketFactory tls;
    private final int millis;
    private @Nullable Socket connection;

    /** @param millis for which the other side may be silent */
    LdapHandshake(SSLSocketFactory tls, int millis) {
        this.tls = tls;
        this.millis = millis;
    }

    /** From now on the other side may be silent for so long: while there is nothing to say, and when TLS ends. */
    void relax(int longer) throws SocketException {
        if (connection != null) {
            connection.setSoTimeout(longer);
        }
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException {
        connection = plain;
        plain.setSoTimeout(millis);
        return tls.createSocket(plain, host, port, autoClose);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return tls.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return tls.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
        throw new UnsupportedOperationException();
    }
}

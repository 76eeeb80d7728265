package org.claviger.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.util.Base64;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An issuer for tests: signs tokens as Claviger does, with a key that belongs to nobody, and serves the JWK set (RFC 7517
 * section 5) that they are verified by on 127.0.0.1. So an application is tested with its checks in force, and with tokens
 * that must be refused.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TestIssuer ISSUER = new TestIssuer();
 *
 * String token = ISSUER.token().user("alice").groups("orders").sign();
 * }</pre>
 *
 * The verifier under test is given {@link #jwksUri()} and {@link #issuer()}; with MicroProfile JWT these are
 * {@code mp.jwt.verify.publickey.location} and {@code mp.jwt.verify.issuer}. No server that is configured with its own keys
 * accepts such tokens.
 */
public final class TestIssuer implements AfterAllCallback, AutoCloseable {
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    /** Generated once: this is what takes its time. */
    private static final KeyPair OWN = generate();

    private final String issuer;
    private final String audience;
    private final KeyPair keys;
    private final Clock clock;
    private final HttpServer server;

    /** An issuer that is named like the address of its JWK set, for itself as the audience. */
    public TestIssuer() {
        this(null, null, OWN, Clock.systemUTC());
    }

    /**
     * An issuer with this name.
     *
     * @param issuer the claim {@code iss} of its tokens
     * @param audience the claim {@code aud} of its tokens
     */
    public TestIssuer(String issuer, String audience) {
        this(issuer, audience, OWN, Clock.systemUTC());
    }

    /**
     * An issuer with keys and a clock of one's own.
     *
     * @param keys an RSA key pair
     */
    public TestIssuer(String issuer, String audience, KeyPair keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/jwks", this::answer);
        server.start();
        this.issuer = issuer != null
                ? issuer
                : "http://127.0.0.1:" + server.getAddress().getPort();
        this.audience = audience != null ? audience : this.issuer;
    }

    /** The claim {@code iss} of its tokens. */
    public String issuer() {
        return issuer;
    }

    /** The claim {@code aud} of its tokens unless they say otherwise. */
    public String audience() {
        return audience;
    }

    /** Where the JWK set is, on 127.0.0.1. */
    public URI jwksUri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
    }

    /** A token to be described and signed. */
    public TestToken token() {
        return new TestToken(this, clock.instant());
    }

    /** The JWK set, as text. */
    public String jwks() {
        return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"" + kid() + "\"," + members()
                + "}]}";
    }

    KeyPair keys() {
        return keys;
    }

    /** RFC 7638: the thumbprint of the public key. */
    String kid() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        String canonical = "{\"e\":\"" + unsigned(key.getPublicExponent().toByteArray()) + "\",\"kty\":\"RSA\",\"n\":\""
                + unsigned(key.getModulus().toByteArray()) + "\"}";
        try {
            return BASE64URL.encodeToString(MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String members() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return "\"n\":\"" + unsigned(key.getModulus().toByteArray()) + "\",\"e\":\""
                + unsigned(key.getPublicExponent().toByteArray()) + "\"";
    }

    /** RFC 7518 section 2: no octet for the sign. */
    private static String unsigned(byte[] number) {
        int from = number[0] == 0 ? 1 : 0;
        byte[] octets = new byte[number.length - from];
        System.arraycopy(number, from, octets, 0, octets.length);
        return BASE64URL.encodeToString(octets);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = jwks().getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close();
    }

    /** Ends the server; for tests without JUnit. */
    @Override
    public void close() {
        server.stop(0);
    }
}

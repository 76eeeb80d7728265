package org.claviger.it.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/** The site of the clients at another origin than Claviger's. It starts when it is first used and ends with the tests. */
final class ClientSite {
    /** The port of the redirect URIs in {@code it/import.json}. */
    private static final int REGISTERED_PORT = 7357;

    private static final HttpServer SERVER = start();

    private ClientSite() {}

    private static HttpServer start() {
        try {
            HttpServer server = listen();
            server.createContext("/callback", exchange -> send(exchange, 200, html("<h1>Back at the client</h1>")));
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpServer listen() throws IOException {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), REGISTERED_PORT), 0);
        } catch (BindException taken) {
            // RFC 8252 section 7.3: an authorization server lets the port on loopback vary.
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        }
    }

    static URI at(String path) {
        return URI.create("http://127.0.0.1:" + SERVER.getAddress().getPort() + path);
    }

    /** Serves a page of that body; {@code headers} are names and values in turn. */
    static void page(String path, String body, String... headers) {
        SERVER.createContext(path, exchange -> send(exchange, 200, html(body), headers));
    }

    /** Redirects whatever comes to a path. */
    static void redirect(String path, URI target) {
        SERVER.createContext(path, exchange -> send(exchange, 303, "", "Location", target.toString()));
    }

    private static String html(String body) {
        return "<!DOCTYPE html><html lang=\"en\"><head><title>Client</title><link rel=\"icon\" href=\"data:,\"></head>"
                + "<body><main>" + body + "</main></body></html>";
    }

    private static void send(HttpExchange exchange, int status, String body, String... headers) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().add("Content-Type", "text/html;charset=UTF-8");
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}

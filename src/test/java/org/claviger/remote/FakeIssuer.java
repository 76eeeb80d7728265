package org.claviger.remote;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.claviger.Exchange;

/** An HTTP server on loopback that answers as a test says, and remembers what it was asked. */
public final class FakeIssuer implements AutoCloseable {
    private static final String CONTEXT = "/api/v2/auth";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** Answers a request. */
    @FunctionalInterface
    public interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    public FakeIssuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        server.setExecutor(threads);
        server.createContext(CONTEXT, exchange -> {
            String path = exchange.getRequestURI().getPath().substring(CONTEXT.length());
            asked.add(path);
            try (exchange) {
                answers.getOrDefault(path, text(503, "")).to(exchange);
            }
        });
        server.start();
    }

    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + CONTEXT;
    }

    /** How often this was asked for. */
    public long count(String path) {
        return asked.stream().filter(path::equals).count();
    }

    public FakeIssuer answer(String path, Answer answer) {
        answers.put(path, answer);
        return this;
    }

    public static Answer text(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    /** What a real endpoint answers. */
    public static Answer servlet(Servlet servlet) {
        return request -> {
            boolean post = request.getRequestMethod().equals("POST");
            Exchange exchange = post
                    ? Exchange.post(new String(request.getRequestBody().readAllBytes(), UTF_8))
                    : Exchange.get(request.getRequestURI().getRawQuery());
            request.getRequestHeaders()
                    .getOrDefault("Authorization", List.of())
                    .forEach(value -> exchange.header("Authorization", value));
            exchange.through(servlet);
            text(exchange.status(), exchange.body(), "Cache-Control", exchange.header("Cache-Control"))
                    .to(request);
        };
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

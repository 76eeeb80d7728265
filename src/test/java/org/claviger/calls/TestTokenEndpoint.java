package org.claviger.calls;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server in this process that answers as it is told, and remembers what it was asked. */
final class TestTokenEndpoint implements AutoCloseable {
    /** What it was sent. */
    record Asked(String method, String path, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    /** An answer; names and values of headers in turn. */
    record Answer(int status, String body, List<String> headers) {
        Answer(int status, String body, String... headers) {
            this(status, body, List.of(headers));
        }
    }

    /** How it answers. */
    interface Behaviour {
        Answer answer(Asked asked) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour;

    TestTokenEndpoint(Behaviour behaviour) {
        this.behaviour = behaviour;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** One that numbers its tokens: {@code token-1}, {@code token-2} … */
    static TestTokenEndpoint numbering(int seconds) {
        TestTokenEndpoint endpoint = new TestTokenEndpoint(asked -> new Answer(500, ""));
        endpoint.behave(asked -> token("token-" + endpoint.count(), seconds));
        return endpoint;
    }

    /** A successful answer with more members, each of which begins with a comma. */
    static Answer token(String token, int seconds, String... more) {
        return new Answer(
                200,
                "{\"access_token\":\"" + token + "\",\"token_type\":\"Bearer\",\"expires_in\":" + seconds
                        + String.join("", more) + "}");
    }

    void behave(Behaviour next) {
        behaviour = next;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Asked request = new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            asked.add(request);
            Answer answer = behaviour.answer(request);
            for (int i = 0; i < answer.headers.size(); i += 2) {
                exchange.getResponseHeaders().add(answer.headers.get(i), answer.headers.get(i + 1));
            }
            if (!answer.body.isEmpty()) {
                exchange.getResponseHeaders().add("Content-Type", "text/plain");
            }
            byte[] body = answer.body.getBytes(UTF_8);
            exchange.sendResponseHeaders(answer.status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    int count() {
        return asked.size();
    }

    List<Asked> asked() {
        return asked;
    }

    Asked last() {
        return asked.get(asked.size() - 1);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}

package org.claviger.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A gateway of Debian with {@code server-config/gateway}, on free ports, before an application that tells what headers it got. */
final class Gateway implements AutoCloseable {
    private static final Path CONFIGURATION = Path.of("server-config/gateway");

    private final Path folder;
    private final int port = freePort();
    private final HttpServer application;
    private final Process process;

    /** @param edit changes its configuration */
    static Gateway nginx(Path folder, RunningClaviger claviger, UnaryOperator<String> edit)
            throws IOException, InterruptedException {
        return new Gateway(
                folder,
                claviger,
                edit,
                home -> List.of(
                        "/usr/sbin/nginx", "-p", home, "-c", home + "/nginx.conf", "-g", "daemon off; user root;"));
    }

    /** An nginx with {@code server-config/proxy} in front of Claviger, without TLS. */
    static Gateway proxy(Path folder, RunningClaviger claviger) throws IOException, InterruptedException {
        String proxy = Files.readString(Path.of("server-config/proxy/nginx.conf"))
                .replace("listen 443 ssl;", "listen 127.0.0.1:8001;")
                .replaceAll("(?m)^ *ssl_certificate.*$", "");
        String around = "pid nginx.pid; events {} http { access_log off; client_body_temp_path b; proxy_temp_path p;"
                + " fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;\n%s}";
        return nginx(folder, claviger, conf -> conf.contains("http {") ? around.formatted(proxy) : conf);
    }

    static Gateway caddy(Path folder, RunningClaviger claviger) throws IOException, InterruptedException {
        return new Gateway(
                folder,
                claviger,
                UnaryOperator.identity(),
                home -> List.of("/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", home + "/Caddyfile"));
    }

    private Gateway(
            Path folder, RunningClaviger claviger, UnaryOperator<String> edit, Function<String, List<String>> command)
            throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder).toAbsolutePath();
        application = application();
        try (Stream<Path> files = Files.list(CONFIGURATION)) {
            for (Path file : files.toList()) {
                String text = edit.apply(Files.readString(file))
                        .replace("127.0.0.1:8080", "127.0.0.1:" + claviger.port())
                        .replace(
                                "127.0.0.1:8090",
                                "127.0.0.1:" + application.getAddress().getPort())
                        .replace("127.0.0.1:8001", "127.0.0.1:" + port)
                        .replace(
                                "https%3A%2F%2Forders.example.org",
                                claviger.issuer().replace(":", "%3A"));
                Files.writeString(this.folder.resolve(file.getFileName()), text);
            }
        }
        ProcessBuilder builder = new ProcessBuilder(command.apply(this.folder.toString()))
                .directory(this.folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(this.folder.resolve("gateway.log").toFile());
        builder.environment().put("XDG_DATA_HOME", this.folder.toString());
        builder.environment().put("XDG_CONFIG_HOME", this.folder.toString());
        process = builder.start();
        while (!isUp()) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the gateway has ended: " + text("gateway.log"));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** An application that tells what headers it got, on a free port. */
    static HttpServer application() throws IOException {
        HttpServer application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        application.createContext("/", Gateway::tell);
        application.setExecutor(Executors.newFixedThreadPool(4, task -> {
            Thread thread = new Thread(task, "application");
            thread.setDaemon(true);
            return thread;
        }));
        application.start();
        return application;
    }

    private boolean isUp() {
        return isUp(port);
    }

    /** Whether something on 127.0.0.1 listens there. */
    static boolean isUp(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }

    /** One header a line, by its name in small letters. */
    private static void tell(HttpExchange exchange) throws IOException {
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(exchange.getRequestHeaders());
        StringBuilder text = new StringBuilder();
        headers.forEach((name, values) ->
                values.forEach(value -> text.append(name.toLowerCase(Locale.ROOT) + ": " + value + "\n")));
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    int port() {
        return port;
    }

    String at(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    /** A file of its folder; empty while there is none. */
    String text(String file) {
        try {
            Path path = folder.resolve(file);
            return Files.exists(path) ? Files.readString(path, StandardCharsets.ISO_8859_1) : "";
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The files of the cache of nginx. */
    List<Path> remembered() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("verified"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        process.destroy(); // nginx ends its worker itself
        application.stop(0);
    }
}

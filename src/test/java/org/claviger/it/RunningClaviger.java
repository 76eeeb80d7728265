package org.claviger.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.claviger.run.PayaraMicro;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Payara Micro with every WAR of this build on a free port, and an HTTP client that neither follows redirects nor keeps
 * cookies. Clients and users are those of {@code it/import.json}.
 */
public final class RunningClaviger implements ExtensionContext.Store.CloseableResource {
    private static final Path TARGET = Path.of("target");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path log;
    private final PrintWriter logWriter;
    private final int port = freePort();
    private final Map<String, String> environment = new HashMap<>();
    private PayaraMicro server;

    /**
     * Starts a server of one's own, for a test that restarts it or needs other settings; all others share one, which
     * {@link ClavigerExtension} hands them.
     *
     * @param folder gets a new database and {@code server.log}
     * @param settings what differs from the usual environment
     */
    public RunningClaviger(Path folder, Map<String, String> settings)
            throws InterruptedException, IOException, StartFailure {
        Path place = Files.createDirectories(folder).toAbsolutePath();
        Files.deleteIfExists(place.resolve("claviger.mv.db"));
        log = place.resolve("server.log");
        logWriter = new PrintWriter(Files.newBufferedWriter(log), true);
        String clients = Files.readString(Path.of("src/test/resources/it/import.json"));
        Path importFile = place.resolve("import.json");
        Files.writeString(importFile, clients.replace("@port@", Integer.toString(port)));
        environment.put("CLAVIGER_ISSUER", issuer());
        environment.put("CLAVIGER_DATABASE_URL", "jdbc:h2:file:" + place.resolve("claviger"));
        environment.put("CLAVIGER_KEY_ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        environment.put("CLAVIGER_IMPORT", importFile.toString());
        environment.putAll(settings);
        server = startServer();
    }

    private PayaraMicro startServer() throws InterruptedException, IOException, StartFailure {
        List<Path> wars = List.of(
                TARGET.resolve("claviger.war"),
                TARGET.resolve("well-known.war"),
                TARGET.resolve("demo.war"),
                TARGET.resolve("plain.war"));
        PayaraMicro started = PayaraMicro.start(Path.of(""), port, wars, environment, logWriter::println);
        try {
            started.awaitReady(at("/api/v2/auth/jwks"));
            return started;
        } catch (StartFailure e) {
            started.stop();
            throw e;
        }
    }

    /** Stops the server and starts it again at the same address with the same database. */
    public void restart() throws InterruptedException, IOException, StartFailure {
        server.stop();
        server = startServer();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public String issuer() {
        return at("/api/v2/auth").toString();
    }

    public HttpResponse<String> get(String path, String... headers) throws InterruptedException, IOException {
        return send(request(path, headers).GET());
    }

    /** Posts a form as it stands, see {@link #form}. */
    public HttpResponse<String> post(String path, String form, String... headers)
            throws InterruptedException, IOException {
        return send(request(path, headers)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    }

    public HttpResponse<String> send(HttpRequest.Builder request) throws InterruptedException, IOException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    /** Names and values in turn, encoded as a form or a query. */
    public static String form(String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(i == 0 ? "" : "&")
                    .append(URLEncoder.encode(namesAndValues[i], UTF_8))
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues[i + 1], UTF_8));
        }
        return form.toString();
    }

    /** The header that authenticates a client of {@code it/import.json}, each of which has a secret named after it. */
    public static String basic(String clientId) {
        String credentials = clientId + ":" + clientId + "-secret-of-at-least-32-characters";
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    }

    public static JsonObject json(HttpResponse<String> response) {
        return Json.createReader(new StringReader(response.body())).readObject();
    }

    /** What the server has logged so far. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        server.stop();
        logWriter.close();
    }
}

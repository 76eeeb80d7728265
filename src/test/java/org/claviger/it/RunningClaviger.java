package org.claviger.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.claviger.Postgres;
import org.claviger.run.PayaraMicro;
import org.claviger.run.PayaraServer;
import org.claviger.run.ServerProcess;
import org.claviger.run.StartFailure;
import org.claviger.run.WildFly;
import org.claviger.testkit.TestIssuer;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The server that this run of the tests is for ({@code it.server}), with every WAR of this build on a free port, and an HTTP client
 * that neither follows redirects nor keeps cookies. Clients and users are those of {@code it/import.json}, which has most passwords
 * hashed already: each would take a second whenever a server starts with a new database.
 */
public final class RunningClaviger implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    private static final Path TARGET = Path.of("target");
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();
    private static final String SERVER = System.getProperty("it.server", "payara-micro");
    private static final String USER = "walter";
    private static final String USER_PASSWORD = "password-of-walter";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    // Not HTTP/2, to which Payara would upgrade: after one header that is too long, every second request on that
    // connection
    // gets a 431.
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path log;
    private final PrintWriter logWriter;
    private final int port = freePort();
    private final JsonObject imported;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Path> others;
    private final Path folder;
    private TestIssuer tokens;
    private ServerProcess server;
    private WildFly wildFly;
    private PayaraServer payara;
    private String kind = SERVER;
    private boolean asDelivered;
    private List<String> serverOptions = List.of();
    private Duration patience = PATIENCE;
    private Path war = war();
    private final Map<String, String> everywhere = new HashMap<>();
    private final Map<String, String> virtualServers = new HashMap<>();
    private final List<String> commandsOfPayara = new ArrayList<>();

    /**
     * Starts a server of one's own, for a test that restarts it or needs other settings; all others share one, which
     * {@link ClavigerExtension} hands them.
     *
     * @param folder gets a new database and {@code server.log}
     * @param settings what differs from the usual environment
     */
    public RunningClaviger(Path folder, Map<String, String> settings)
            throws InterruptedException, IOException, StartFailure {
        this(settings, folder);
        start();
    }

    private RunningClaviger(Map<String, String> settings, Path folder) throws IOException {
        Path place = Files.createDirectories(folder).toAbsolutePath();
        this.folder = place;
        Files.deleteIfExists(place.resolve("claviger.mv.db"));
        log = place.resolve("server.log");
        logWriter = new PrintWriter(Files.newBufferedWriter(log), true);
        String clients = Files.readString(Path.of("src/test/resources/it/import.json"))
                .replace("@port@", Integer.toString(port));
        imported = json(clients);
        Path importFile = place.resolve("import.json");
        Files.writeString(importFile, clients);
        environment.put("CLAVIGER_ISSUER", issuer());
        environment.putAll(settings.containsKey("CLAVIGER_DATABASE_URL") ? Map.of() : newDatabase(place));
        environment.put("CLAVIGER_KEY_ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        environment.put("CLAVIGER_IMPORT", importFile.toString());
        environment.put("CLAVIGER_DATA_DIRECTORY", place.toString());
        // For the demo, which calls the plain application
        environment.put("CLAVIGER_CALLS_ORDERS_BASE_URIS", at("/plain/api").toString());
        environment.put("CLAVIGER_CALLS_ORDERS_ISSUER", issuer());
        environment.put("CLAVIGER_CALLS_ORDERS_CLIENT_ID", "service");
        environment.put("CLAVIGER_CALLS_ORDERS_CLIENT_SECRET", client("service").getString("client_secret"));
        environment.put("CLAVIGER_CALLS_TRACE_BASE_URIS", at("/calls/api/trace").toString());
        environment.put("CLAVIGER_CALLS_TRACE_TOKEN", "caller");
        environment.putAll(settings);
        others = new ArrayList<>(List.of(
                TARGET.resolve("well-known.war"),
                TARGET.resolve("demo.war"),
                TARGET.resolve("plain.war"),
                formApplication(place)));
    }

    /** Adds the applications of {@link Matrix} and what goes with them, before the start. */
    void prepareMatrix() throws IOException {
        others.addAll(Matrix.wars(folder, issuer()));
        environment.putAll(Matrix.SETTINGS);
        prepareTokens();
    }

    /** Makes {@link #tokens} sign with the key that this server will have, before the start. */
    void prepareTokens() {
        tokens = new TestIssuer(issuer(), issuer(), ServerKeys.make(environment), Clock.systemUTC());
    }

    /** Signs with the key of this server, whatever is asked for. */
    TestIssuer tokens() {
        return tokens;
    }

    /** Where the server that tests share keeps its data and its log. */
    static Path folder() {
        return TARGET.resolve(Path.of(
                "it",
                System.getProperty("it.name", "payara-micro"),
                System.getProperty("it.database", "h2"),
                System.getProperty("it.fork", "1")));
    }

    /** The same, but it only starts with {@link #start} or {@link #startWithoutDatabase}. */
    public static RunningClaviger prepare(Path folder, Map<String, String> settings) throws IOException {
        return new RunningClaviger(settings, folder);
    }

    /** Sets an environment variable for the next start. */
    public void set(String name, String value) {
        environment.put(name, value);
    }

    /** Adds an application for the next start. */
    public void deploy(WebArchive application) {
        Path war = log.resolveSibling(application.getName());
        application.as(ZipExporter.class).exportTo(war.toFile(), true);
        others.add(war);
    }

    /**
     * Adds a virtual server for the next start. On Payara the applications are on it too; WildFly reads in the WAR on which one an
     * application is.
     */
    void addVirtualServer(String name, String host) {
        if (isWildFly()) {
            virtualServers.put(name, host);
        } else {
            String listener = SERVER.equals("payara-micro") ? "http-listener" : "http-listener-1";
            commandsOfPayara.add(
                    "create-virtual-server --hosts " + host + " --networklisteners " + listener + " " + name);
        }
    }

    /** Prepares another node of this installation. */
    public RunningClaviger prepareNode(Path folder) throws IOException {
        return prepare(folder, environment);
    }

    /** On the database that this run of the tests is for. */
    private static Map<String, String> newDatabase(Path place) {
        String kind = System.getProperty("it.database", "h2");
        return switch (kind) {
            case "h2" -> Map.of("CLAVIGER_DATABASE_URL", "jdbc:h2:file:" + place.resolve("claviger"));
            case "postgresql" -> Postgres.shared().newDatabase();
            default -> throw new IllegalArgumentException("it.database=" + kind);
        };
    }

    /** At {@code /form}: an application that reads forms, which neither of the others does. */
    private static Path formApplication(Path folder) {
        Path war = folder.resolve("form.war");
        WebArchive archive = ShrinkWrap.create(WebArchive.class, "form.war").addClass(FormServlet.class);
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        return war;
    }

    private ServerProcess launch(Map<String, String> settings) throws InterruptedException, IOException, StartFailure {
        List<Path> wars = new ArrayList<>(others);
        // The last, because Payara Micro loads no application after one that failed.
        wars.add(war);
        return switch (kind) {
            case "payara-micro" -> PayaraMicro.start(Path.of(""), port, wars, settings, this::write, microOptions());
            case "payara-server" ->
                payara().start(
                                port,
                                Path.of("server-config/payara-server/loopback.asadmin"),
                                wars,
                                settings,
                                this::write,
                                Files.readAllLines(addUser()));
            case "wildfly" -> wildFly(wars).start(port, settings, this::write, serverOptions);
            default -> throw new IllegalArgumentException("it.server=" + kind);
        };
    }

    private List<String> microOptions() throws IOException {
        List<String> options =
                new ArrayList<>(List.of("--postbootcommandfile", addUser().toString()));
        options.addAll(serverOptions);
        return options;
    }

    /** Further arguments of the server, for the next start. */
    void serverOptions(String... options) {
        serverOptions = List.of(options);
    }

    /** A user of the server itself, for applications that Claviger leaves alone. */
    private Path addUser() throws IOException {
        Path password = folder.resolve("password");
        Files.writeString(password, "AS_ADMIN_USERPASSWORD=" + USER_PASSWORD + "\n");
        List<String> commands = new ArrayList<>(commandsOfPayara);
        commands.add("create-file-user --groups orders --passwordfile " + password + " " + USER);
        return Files.write(folder.resolve("user.asadmin"), commands);
    }

    private PayaraServer payara() throws IOException {
        payara = new PayaraServer(Path.of(System.getProperty("it.payara.home")), folder.resolve("payara"));
        return payara;
    }

    private WildFly wildFly(List<Path> wars) throws IOException {
        WildFly prepared = new WildFly(
                Path.of(System.getProperty("it.wildfly.home")),
                System.getProperty("it.wildfly.configuration", "standalone.xml"),
                folder.resolve("wildfly"));
        prepared.prepare(wars);
        if (asDelivered) {
            prepared.takeBackGuard();
        }
        prepared.addUser(USER, USER_PASSWORD, "orders");
        for (Map.Entry<String, String> each : virtualServers.entrySet()) {
            prepared.addHost(each.getKey(), each.getValue());
        }
        wildFly = prepared;
        return prepared;
    }

    /** From now on it starts on Payara Micro, whatever server this run of the tests is for. */
    void onPayaraMicro() {
        kind = "payara-micro";
    }

    /** From now on a WildFly starts as it is delivered. */
    void asDelivered() {
        asDelivered = true;
    }

    static boolean isWildFly() {
        return SERVER.equals("wildfly");
    }

    /** What only a WildFly has. */
    WildFly wildFly() {
        return wildFly;
    }

    /** Before the start, for {@link #bring} and {@link #take}: Payara Micro is administered from within. */
    void makeAdministrable() {
        if (SERVER.equals("payara-micro")) {
            deploy(ShrinkWrap.create(WebArchive.class, "micro-administration.war")
                    .addClass(MicroAdministration.class));
        }
    }

    /** Deploys an application while the server runs, as its administrator does. */
    void bring(Path war) throws InterruptedException, IOException, StartFailure {
        String path = war.toAbsolutePath().toString();
        switch (SERVER) {
            case "payara-micro" -> administer("deploy", path);
            case "payara-server" -> payara.asadmin("deploy", path);
            default -> wildFly.cli("--command=deploy " + path);
        }
    }

    /** Undeploys an application while the server runs. */
    void take(String name) throws InterruptedException, IOException, StartFailure {
        switch (SERVER) {
            case "payara-micro" -> administer("undeploy", name);
            case "payara-server" -> payara.asadmin("undeploy", name);
            default -> wildFly.cli("--command=undeploy " + name + ".war");
        }
    }

    private void administer(String command, String argument) throws InterruptedException, IOException {
        HttpResponse<String> answer = http.send(
                request("/micro-administration/?" + form(command, argument))
                        .timeout(PATIENCE.multipliedBy(3))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(command + " " + argument + ": " + answer.body());
        }
    }

    /** Another build of Claviger, for the next start. */
    void war(Path claviger) {
        war = claviger;
    }

    /** Claviger itself, for {@link #bring}. */
    static Path war() {
        return TARGET.resolve("claviger.war");
    }

    /** What {@code jcmd} says of the server. */
    String jcmd(String... command) throws InterruptedException, IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(server.javaId())));
        line.addAll(List.of(command));
        Process jcmd = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
        if (jcmd.waitFor() != 0) {
            throw new IOException(said);
        }
        return said;
    }

    private synchronized void write(String line) {
        logWriter.println(line);
        notifyAll();
    }

    /** Starts the server and waits until it serves. */
    public void start() throws InterruptedException, IOException, StartFailure {
        startWithoutDatabase();
        awaitReady();
    }

    private void awaitReady() throws InterruptedException, StartFailure {
        try {
            server.awaitReady(at("/api/v2/auth/health/ready"));
        } catch (StartFailure e) {
            server.stop();
            throw e;
        }
    }

    /** Starts the server and waits until it answers, be it 503. */
    public void startWithoutDatabase() throws InterruptedException, IOException, StartFailure {
        server = upAtLast(() -> launch(environment));
    }

    /** Starts a server. */
    interface Launch {
        ServerProcess start() throws InterruptedException, IOException, StartFailure;
    }

    /**
     * A server that is up. Of some hundred starts of Payara Micro one ends before it has deployed anything, by a race in its own services
     * (docs/decisions.md 98): that is started once more, as whoever runs it does.
     */
    static ServerProcess upAtLast(Launch launch) throws InterruptedException, IOException, StartFailure {
        ServerProcess first = launch.start();
        try {
            first.awaitUp();
            return first;
        } catch (StartFailure failed) {
            first.stop();
            if (!String.valueOf(failed.getMessage()).contains("Startup service failed to start")) {
                throw failed;
            }
        }
        ServerProcess second = launch.start();
        try {
            second.awaitUp();
            return second;
        } catch (StartFailure failed) {
            second.stop();
            throw failed;
        }
    }

    /** Stops the server and starts it again at the same address with the same database. */
    public void restart() throws InterruptedException, IOException, StartFailure {
        server.stop();
        start();
    }

    /** Stops the server; {@link #start} starts it again with the same database. */
    public void stop() {
        server.stop();
    }

    /** Kills the server at this moment ({@code SIGKILL}); {@link #start} starts it again with the same database. */
    public void kill() throws InterruptedException {
        server.kill();
    }

    /** Stops the server where it is ({@code SIGSTOP}), until {@link #resume}. */
    void pause() throws InterruptedException, IOException {
        server.pause();
    }

    void resume() throws InterruptedException, IOException {
        server.resume();
    }

    /**
     * Stops the server and starts it again with settings that Claviger must refuse. The server and its other applications run
     * on.
     *
     * @param settings what differs this time; empty for what is missing
     * @return why it refused
     */
    public String restartInVain(Map<String, String> settings) throws InterruptedException, IOException, StartFailure {
        server.stop();
        Map<String, String> changed = new HashMap<>(environment);
        changed.putAll(settings);
        changed.values().removeIf(String::isEmpty);
        server = launch(changed);
        try {
            server.awaitReady(at("/api/v2/auth/jwks"));
        } catch (StartFailure expected) {
            return String.valueOf(expected.getMessage());
        }
        throw new AssertionError("Claviger started with " + settings.keySet());
    }

    /** One that was given to nobody in this run yet, who may not listen there already. */
    static int freePort() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return socket.getLocalPort();
                }
            }
        }
    }

    public int port() {
        return port;
    }

    /** The processor time that the server has used since it was started. */
    Duration cpu() {
        return server.cpu();
    }

    public URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public String issuer() {
        return at("/api/v2/auth").toString();
    }

    /** The entry of a client in the import file. */
    public JsonObject client(String clientId) {
        return imported.getJsonArray("clients").getValuesAs(JsonObject.class).stream()
                .filter(client -> client.getString("client_id").equals(clientId))
                .findFirst()
                .orElseThrow();
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

    /** For how long clients wait for an answer from now on. */
    void patience(Duration longest) {
        patience = longest;
    }

    /** Sends this header with every request from now on. */
    void always(String name, String value) {
        everywhere.put(name, value);
    }

    public HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path)).timeout(patience);
        everywhere.forEach(request::header);
        return headers.length == 0 ? request : request.headers(headers);
    }

    /** Names and values in turn, encoded as a form or a query. */
    public static String form(String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(i == 0 ? "" : "&")
                    .append(encode(namesAndValues[i]))
                    .append('=')
                    .append(encode(namesAndValues[i + 1]));
        }
        return form.toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    /** The header that authenticates a client of {@code it/import.json}. */
    public String basic(String clientId) {
        return basic(clientId, client(clientId).getString("client_secret"));
    }

    /** RFC 6749 section 2.3.1: both halves are form-encoded. */
    public static String basic(String clientId, String secret) {
        return "Basic " + base64(encode(clientId) + ":" + encode(secret));
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    public static JsonObject json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonObject json(String text) {
        return Json.createReader(new StringReader(text)).readObject();
    }

    /** All that is stored, as text: the file of H2, or the rows of PostgreSQL. */
    String stored() throws IOException, SQLException {
        String file = "jdbc:h2:file:";
        String url = environment.get("CLAVIGER_DATABASE_URL");
        return url.startsWith(file)
                ? Files.readString(Path.of(url.substring(file.length()) + ".mv.db"), ISO_8859_1)
                : Postgres.rows(environment);
    }

    /** What the server has logged so far. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    /** The log once it holds this text: a line may arrive after the answer that it is about. */
    public String awaitLog(String text) throws InterruptedException, IOException {
        return awaitLog(text, 1);
    }

    /** The log once it holds this text so often. */
    synchronized String awaitLog(String text, int times) throws InterruptedException, IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos() * times * times;
        while (log().split(Pattern.quote(text), -1).length <= times) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("The server has not logged " + text);
            }
            wait(left);
        }
        return log();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop();
        }
        if (tokens != null) {
            tokens.close();
        }
        logWriter.close();
    }
}

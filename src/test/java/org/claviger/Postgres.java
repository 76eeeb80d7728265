package org.claviger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server on a free port of this machine. It keeps port and data when it is stopped and started again, and
 * ends with this JVM at the latest.
 */
public final class Postgres implements AutoCloseable {
    // Held, because loggers that nobody holds forget their level.
    private static final Logger QUIET = Logger.getLogger("io.zonky.test");

    static {
        QUIET.setLevel(Level.WARNING);
    }

    private static final Path FOLDER = Path.of("target/postgres").toAbsolutePath();
    private static final String USER = "claviger";
    private static final String PASSWORD = "password of the database";

    /** The default of ten seconds is short for a busy machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path data;
    private final int port;
    private final boolean durable;
    private EmbeddedPostgres server;
    private int databases;

    /**
     * Starts a server of one's own, for a test that stops it; all others use {@link #shared}. It commits as by default: to the
     * disk, before anybody is told.
     *
     * @param name of the folder below {@code target/postgres} that gets its data; its log stands beside it
     */
    public Postgres(String name) {
        this(name, true);
    }

    private Postgres(String name, boolean durable) {
        this.durable = durable;
        data = FOLDER.resolve(name);
        try {
            empty(data);
            port = freePort();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        start();
        execute("create role " + USER + " login password '" + PASSWORD + "'");
    }

    private static final class Shared {
        // Nobody kills it, so it need not wait for the disk.
        static final Postgres SERVER = new Postgres("shared-" + System.getProperty("it.fork", "1"), false);
    }

    /** The one server for the tests of this JVM. */
    public static Postgres shared() {
        return Shared.SERVER;
    }

    private static void empty(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts the server after {@link #stop}. */
    public void start() {
        try {
            Redirect log = Redirect.appendTo(
                    data.resolveSibling(data.getFileName() + ".log").toFile());
            Files.createDirectories(FOLDER);
            server = EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(FOLDER.resolve("server").toFile())
                    .setOutputRedirector(log)
                    .setErrorRedirector(log)
                    .setDataDirectory(data)
                    .setDataDirectoryCustomizer(Postgres::requirePasswords)
                    .setCleanDataDirectory(false)
                    .setPGStartupWait(PATIENCE)
                    .setPort(port)
                    // Stands behind the -F and the synchronous_commit=off of that library, and so wins.
                    .setServerConfig("fsync", durable ? "on" : "off")
                    .setServerConfig("synchronous_commit", "on")
                    .start();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Everybody but the superuser, who looks whether the server is up. */
    private static void requirePasswords(File data) {
        try {
            Files.writeString(
                    data.toPath().resolve("pg_hba.conf"),
                    "host all postgres samehost trust\nhost all all samehost scram-sha-256\n");
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Stops the server as an administrator does: it ends the connections that there are. */
    public void stop() {
        try {
            server.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Kills all processes of the server at this moment; {@link #start} recovers what it had committed. */
    public void crash() {
        try {
            long id = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0));
            ProcessHandle postmaster = ProcessHandle.of(id).orElseThrow();
            List<ProcessHandle> all = Stream.concat(postmaster.descendants(), Stream.of(postmaster))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(process -> process.onExit().join());
            Files.delete(data.resolve("postmaster.pid"));
            QUIET.setLevel(Level.OFF); // there is nothing left to stop, only a lock to release
            server.close();
            QUIET.setLevel(Level.WARNING);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    public int port() {
        return port;
    }

    /** What a setting of the server is. */
    public String show(String setting) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet shown = statement.executeQuery("show " + setting)) {
            shown.next();
            return shown.getString(1);
        } catch (SQLException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** Makes an empty database and answers the environment variables with which Claviger uses it. */
    public Map<String, String> newDatabase() {
        String name = "claviger" + ++databases;
        execute("create database " + name + " owner " + USER);
        return Map.of(
                "CLAVIGER_DATABASE_URL", "jdbc:postgresql://127.0.0.1:" + port + "/" + name,
                "CLAVIGER_DATABASE_USER", USER,
                "CLAVIGER_DATABASE_PASSWORD", PASSWORD);
    }

    /** All rows of a database as text, bytes as ISO 8859-1. */
    public static String rows(Map<String, String> environment) throws SQLException {
        StringBuilder rows = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(
                        environment.get("CLAVIGER_DATABASE_URL"),
                        environment.get("CLAVIGER_DATABASE_USER"),
                        environment.get("CLAVIGER_DATABASE_PASSWORD"));
                ResultSet tables = connection.getMetaData().getTables(null, "public", "%", new String[] {"TABLE"})) {
            while (tables.next()) {
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("select * from " + tables.getString("TABLE_NAME"))) {
                    append(row, rows);
                }
            }
        }
        return rows.toString();
    }

    private static void append(ResultSet row, StringBuilder rows) throws SQLException {
        while (row.next()) {
            for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                Object value = row.getObject(column);
                rows.append(value instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : value)
                        .append('\n');
            }
        }
    }

    private void execute(String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Override
    public void close() {
        stop();
    }
}

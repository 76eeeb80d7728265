package org.claviger.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A Payara Server, with a domain of its own below a folder.
 *
 * @param home where it is unpacked
 * @param base gets its domain, anew at each start
 * @param adminPort where it is administered, on 127.0.0.1
 */
public record PayaraServer(Path home, Path base, int adminPort) {
    private static final String DOMAIN = "domain1";

    /** The last command that it runs when it starts; {@link ServerLog} takes the answer to it for the sign that all is deployed. */
    private static final String LAST = "list-applications";

    /** One on a free port for its administration. */
    public PayaraServer(Path home, Path base) throws IOException {
        this(home, base, WildFly.freePort());
    }

    /**
     * Starts it.
     *
     * @param before the commands of {@code server-config/payara-server}
     * @param environment what the server gets on top of the environment of this JVM
     * @param echo is handed each line that the server logs
     * @param more further commands for when it has started
     */
    public ServerProcess start(
            int port,
            Path before,
            List<Path> wars,
            Map<String, String> environment,
            Consumer<String> echo,
            List<String> more)
            throws InterruptedException, IOException, StartFailure {
        delete(base);
        Path domain = base.resolve("domains").resolve(DOMAIN);
        copy(home.resolve("glassfish/domains").resolve(DOMAIN), domain);
        Path configuration = domain.resolve("config/domain.xml");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace("port=\"8686\"", "port=\"" + WildFly.freePort() + '"')
                        .replace("value=\"7676\"", "value=\"" + WildFly.freePort() + '"')
                        .replace("port=\"8080\"", "address=\"127.0.0.1\" port=\"" + port + '"')
                        // Nobody comes by these.
                        .replace("port=\"8181\"", "address=\"127.0.0.1\" port=\"" + WildFly.freePort() + '"')
                        .replace("port=\"4848\"", "address=\"127.0.0.1\" port=\"" + adminPort + '"'));
        List<String> commands = new ArrayList<>(more);
        wars.forEach(war -> commands.add("deploy " + war.toAbsolutePath()));
        commands.add(LAST);
        Path after = Files.write(base.resolve("after.asadmin"), commands);

        ProcessBuilder builder = new ProcessBuilder(command(before, after));
        builder.environment().putAll(environment);
        return ServerProcess.start(port, builder, echo);
    }

    /** What {@code asadmin} would run, so that the process is the server itself and ends when it is told to. */
    private List<String> command(Path before, Path after) throws InterruptedException, IOException, StartFailure {
        return asadmin(
                        "start-domain",
                        "--verbose",
                        "--dry-run",
                        "--domaindir",
                        base.resolve("domains").toString(),
                        "--prebootcommandfile",
                        before.toAbsolutePath().toString(),
                        "--postbootcommandfile",
                        after.toString(),
                        DOMAIN)
                .lines()
                .dropWhile(line -> !line.startsWith("Dump of JVM Invocation"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("Command start-domain"))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** Runs {@code asadmin} and returns what it says. */
    public String asadmin(String... arguments) throws InterruptedException, IOException, StartFailure {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin/asadmin").toString(), "--port", Integer.toString(adminPort)));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("AS_JAVA", System.getProperty("java.home"));
        Process asadmin = builder.start();
        String said = new String(asadmin.getInputStream().readAllBytes(), UTF_8);
        if (asadmin.waitFor() != 0) {
            throw new StartFailure(said);
        }
        return said;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder).sorted(Comparator.reverseOrder())) {
            files.forEach(PayaraServer::deleteOne);
        }
    }

    private static void deleteOne(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.claviger.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A WildFly, with data of its own below a folder.
 *
 * @param home where it is unpacked, configured with {@code server-config/wildfly/guard.cli}
 * @param configuration the file that it is started with, such as {@code standalone.xml}
 * @param base becomes its {@code jboss.server.base.dir}, anew at each start
 * @param managementPort where it is administered, on 127.0.0.1
 */
public record WildFly(Path home, String configuration, Path base, int managementPort) {
    /** One on a free management port. */
    public WildFly(Path home, String configuration, Path base) throws IOException {
        this(home, configuration, base.toAbsolutePath(), freePort());
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Makes its folder as the distribution has it, with these applications. */
    public void prepare(List<Path> wars) throws IOException {
        PayaraServer.delete(base);
        Path from = home.resolve("standalone/configuration");
        Path to = Files.createDirectories(base.resolve("configuration"));
        try (Stream<Path> files = Files.list(from).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        freeClusterPorts(to.resolve(configuration));
        Files.createDirectories(deployments());
        for (Path war : wars) {
            deploy(war);
        }
    }

    /** So that several on one machine do not stand in each other's way. */
    private static void freeClusterPorts(Path configuration) throws IOException {
        String delivered = Files.readString(configuration);
        Files.writeString(
                configuration,
                delivered.replaceAll(
                        "(<socket-binding name=\"jgroups-[a-z-]+\" interface=\"private\") port=\"\\d+\"",
                        "$1 port=\"0\""));
    }

    /** Adds a user to the server's own realm for applications, which {@code add-user.sh -a} does for people. */
    public void addUser(String name, String password, String role) throws IOException {
        String digest;
        try {
            byte[] bytes =
                    MessageDigest.getInstance("MD5").digest((name + ":ApplicationRealm:" + password).getBytes(UTF_8));
            digest = HexFormat.of().formatHex(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
        Path place = base.resolve("configuration");
        Files.writeString(place.resolve("application-users.properties"), "\n" + name + "=" + digest + "\n", APPEND);
        Files.writeString(place.resolve("application-roles.properties"), "\n" + name + "=" + role + "\n", APPEND);
    }

    /** Takes back what {@code guard.cli} has changed. */
    public void takeBackGuard() throws IOException {
        Path file = base.resolve("configuration").resolve(configuration);
        String configured = Files.readString(file);
        String delivered = configured
                .replace(" integrated-jaspi=\"false\"", "")
                .replace("<resteasy-role-based-security>true</resteasy-role-based-security>", "");
        if (delivered.length() > configured.length() - 80) {
            throw new IllegalStateException(file + " is not what guard.cli makes");
        }
        Files.writeString(file, delivered);
    }

    /** Adds a virtual host, as {@code host.cli} does. */
    public void addHost(String name, String alias) throws IOException {
        Path file = base.resolve("configuration").resolve(configuration);
        String first = "<host name=\"default-host\"";
        Files.writeString(
                file,
                Files.readString(file)
                        .replace(first, "<host name=\"" + name + "\" alias=\"" + alias + "\"/>\n" + first));
    }

    /** Runs {@code jboss-cli.sh --connect} and returns what it says. */
    public String cli(String... arguments) throws InterruptedException, IOException {
        List<String> command = new ArrayList<>(List.of(
                home.resolve("bin/jboss-cli.sh").toString(),
                "--connect",
                "--timeout=60000",
                "--controller=127.0.0.1:" + managementPort));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("jboss-cli.sh failed: " + said);
        }
        return said;
    }

    /** Where it looks for applications. */
    public Path deployments() {
        return base.resolve("deployments");
    }

    /** Puts an application there; one of the same name is replaced. */
    public void deploy(Path war) throws IOException {
        Files.copy(war, deployments().resolve(war.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * Starts it with what {@link #prepare} has left.
     *
     * @param environment what the server gets on top of the environment of this JVM
     * @param echo is handed each line that the server logs
     * @param more further arguments
     */
    public ServerProcess start(int port, Map<String, String> environment, Consumer<String> echo, List<String> more)
            throws IOException, StartFailure {
        List<String> command = new ArrayList<>(List.of(
                home.resolve("bin/standalone.sh").toString(),
                "--server-config=" + configuration,
                "-Djboss.server.base.dir=" + base,
                "-Djboss.http.port=" + port,
                "-Djboss.management.http.port=" + managementPort,
                // Nobody comes by these.
                "-Djboss.https.port=0",
                "-Djboss.ajp.port=0"));
        command.addAll(more);
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> variables = builder.environment();
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        variables.put("JAVA_OPTS", "-Xmx512m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true");
        variables.put("LAUNCH_JBOSS_IN_BACKGROUND", "true"); // the script then passes our signal on
        variables.putAll(environment);
        return ServerProcess.start(port, builder, echo);
    }
}

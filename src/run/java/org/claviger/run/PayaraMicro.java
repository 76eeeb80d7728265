package org.claviger.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The Payara Micro of this build. */
public final class PayaraMicro {
    private PayaraMicro() {}

    /**
     * Starts it.
     *
     * @param project the top of the source tree, already packaged
     * @param environment what the server gets on top of the environment of this JVM
     * @param echo is handed each line that the server logs
     * @param more further arguments; with {@code --clustermode} the data grid runs too
     */
    public static ServerProcess start(
            Path project,
            int port,
            List<Path> wars,
            Map<String, String> environment,
            Consumer<String> echo,
            List<String> more)
            throws IOException, StartFailure {
        Path target = project.resolve("target");
        List<String> command = new ArrayList<>(List.of(
                ServerProcess.java(),
                // Up in half the time and memory on a small machine
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Payara unpacks itself there; what a killed server leaves behind goes with `mvn clean`.
                "-Djava.io.tmpdir="
                        + Files.createDirectories(target.resolve("tmp").toAbsolutePath()),
                "-jar",
                target.resolve("payara-micro.jar").toString(),
                "--port",
                Integer.toString(port),
                "--disablephonehome",
                "--prebootcommandfile",
                project.resolve("server-config/payara-micro/loopback.asadmin").toString()));
        if (!more.contains("--clustermode")) {
            command.add("--nohazelcast");
        }
        command.addAll(more);
        wars.forEach(war -> command.addAll(List.of("--deploy", war.toString())));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return ServerProcess.start(port, builder, echo);
    }
}

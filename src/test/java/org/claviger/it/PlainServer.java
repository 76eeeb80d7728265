package org.claviger.it;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.claviger.run.PayaraMicro;
import org.claviger.run.ServerProcess;
import org.claviger.run.StartFailure;
import org.claviger.run.WildFly;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** A server as it is delivered, without Claviger, with applications that see to their tokens themselves. */
final class PlainServer implements AutoCloseable {
    private final int port = RunningClaviger.freePort();
    private final PrintWriter log;
    private final ServerProcess server;

    /** Of the kind that this run is for, Payara Micro or a WildFly with {@code standalone-microprofile.xml}. */
    PlainServer(Path folder, WebArchive... applications) throws InterruptedException, IOException, StartFailure {
        Path place = Files.createDirectories(folder).toAbsolutePath();
        log = new PrintWriter(Files.newBufferedWriter(place.resolve("server.log")), true);
        List<Path> wars = new ArrayList<>();
        for (WebArchive application : applications) {
            Path war = place.resolve(application.getName());
            application.as(ZipExporter.class).exportTo(war.toFile(), true);
            wars.add(war);
        }
        if (RunningClaviger.isWildFly()) {
            WildFly wildFly = new WildFly(
                    Path.of(System.getProperty("it.wildfly.home")),
                    "standalone-microprofile.xml",
                    place.resolve("wildfly"));
            wildFly.prepare(wars);
            wildFly.takeBackGuard();
            server = RunningClaviger.upAtLast(() -> wildFly.start(port, Map.of(), log::println, List.of()));
        } else {
            server = RunningClaviger.upAtLast(
                    () -> PayaraMicro.start(Path.of(""), port, wars, Map.of(), log::println, List.of()));
        }
    }

    String at(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    @Override
    public void close() {
        server.stop();
        log.close();
    }
}

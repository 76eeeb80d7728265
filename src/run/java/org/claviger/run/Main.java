package org.claviger.run;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** {@code ./mvnw -Prun}: a Claviger to try, in the foreground. Arguments: the source tree, the port, the data folder. */
final class Main {
    private final Path project;
    private final int port;
    private final DemoData data;
    private final String address;

    private Main(Path project, int port, DemoData data) {
        this.project = project;
        this.port = port;
        this.data = data;
        this.address = "http://127.0.0.1:" + port;
    }

    /** Never returns to Maven, which would print something after our last line. */
    public static void main(String[] args) throws InterruptedException {
        try {
            int port = port(args[1]);
            new Main(Path.of(args[0]), port, new DemoData(Path.of(args[2]).toAbsolutePath())).run();
        } catch (StartFailure e) {
            say("Claviger cannot run: " + e.getMessage());
        } catch (IOException e) {
            say("Claviger cannot run: " + e);
        }
        System.exit(1);
    }

    private static int port(String text) throws StartFailure {
        if (!text.matches("[1-9][0-9]{0,4}") || Integer.parseInt(text) > 65535) {
            throw new StartFailure("-Dport=" + text + " is no port number");
        }
        return Integer.parseInt(text);
    }

    private void run() throws InterruptedException, IOException, StartFailure {
        Path target = project.resolve("target");
        List<Path> wars = List.of(
                target.resolve("claviger.war"),
                target.resolve("well-known.war"),
                target.resolve("demo.war"),
                target.resolve("plain.war"));
        ServerProcess server = PayaraMicro.start(project, port, wars, environment(), Main::say, List.of());
        try {
            server.awaitReady(URI.create(address + "/api/v2/auth/jwks"));
            say(welcome());
            throw new StartFailure("the server ended by itself, with status " + server.awaitEnd());
        } catch (StartFailure e) {
            if (server.wasTold()) {
                System.exit(130); // waits here where this JVM is ending already
            }
            server.stop();
            throw e;
        }
    }

    /** The settings that the caller's own environment leaves open. */
    private Map<String, String> environment() throws IOException {
        Map<String, String> settings = new HashMap<>();
        settings.put("CLAVIGER_ISSUER", address + "/api/v2/auth");
        settings.put("CLAVIGER_DATA_DIRECTORY", data.folder().toString());
        settings.put("CLAVIGER_DATABASE_URL", data.databaseUrl());
        settings.put("CLAVIGER_KEY_ENCRYPTION_KEY", "file:" + data.keyEncryptionKey());
        settings.put("CLAVIGER_IMPORT", data.importFile(port).toString());
        // The demo calls the plain application
        settings.put("CLAVIGER_CALLS_ORDERS_BASE_URIS", address + "/plain/api");
        settings.put("CLAVIGER_CALLS_ORDERS_ISSUER", address + "/api/v2/auth");
        settings.put("CLAVIGER_CALLS_ORDERS_CLIENT_ID", "batch");
        settings.put("CLAVIGER_CALLS_ORDERS_CLIENT_SECRET", data.passwords().getProperty("batch"));
        if (System.getenv("CLAVIGER_IMPORT") == null) {
            settings.put("CLAVIGER_GUARD_BROWSER_CLIENT", "/demo=" + DemoData.BROWSER_CLIENT);
        }
        settings.keySet().removeAll(System.getenv().keySet());
        return settings;
    }

    private String welcome() throws IOException {
        String otherImport = System.getenv("CLAVIGER_IMPORT");
        if (otherImport != null) {
            return "%nClaviger is ready at %s/api/v2/auth with the users of %s. Ctrl-C stops it.%n"
                    .formatted(address, otherImport);
        }
        Properties passwords = data.passwords();
        return """

                Claviger is ready. Open %s/demo/ (or %1$s/demo/session.html, where Claviger holds the tokens) and sign in as

                    alice  %s  who has the role user
                    bob    %s  who has the roles user and admin
                    root   %s  who administers Claviger

                The client `batch` has the secret %s
                The client `operator`, which administers, has the secret %s
                Ctrl-C stops the server. It keeps its data in %s
                """
                .formatted(
                        address,
                        passwords.getProperty("alice"),
                        passwords.getProperty("bob"),
                        passwords.getProperty("root"),
                        passwords.getProperty("batch"),
                        passwords.getProperty("operator"),
                        data.folder());
    }

    private static void say(String line) {
        System.out.println(line);
    }
}

package org.claviger.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The Apache of Debian, on free ports, with a virtual host for each {@code server-config/verifiers/apache-*.conf}, before an
 * application that tells what headers it got. {@code src/test/resources/it/apache.conf} is what is around them.
 */
final class Apache implements AutoCloseable {
    private static final Path PUBLISHED = Path.of("server-config/verifiers");
    private static final String PASSWORD = "of-this-test";

    private final Path folder;
    private final HttpServer application = Gateway.application();
    private final int tls = RunningClaviger.freePort();
    private final Map<String, Integer> ports = new HashMap<>();
    private final Process process;

    /**
     * Starts it.
     *
     * @param files names in {@code server-config/verifiers}
     * @param edit changes them further
     */
    Apache(Path folder, RunningClaviger claviger, List<String> files, UnaryOperator<String> edit)
            throws InterruptedException, IOException, GeneralSecurityException {
        this.folder = Files.createDirectories(folder).toAbsolutePath();
        certify();
        StringBuilder configuration = new StringBuilder(Files.readString(Path.of("src/test/resources/it/apache.conf"))
                .replace("@folder@", this.folder.toString())
                .replace("@tls@", Integer.toString(tls))
                .replace("@claviger@", Integer.toString(claviger.port())));
        for (String file : files) {
            int port = RunningClaviger.freePort();
            ports.put(file, port);
            Files.writeString(this.folder.resolve(file), edit.apply(configured(file, claviger)));
            configuration.append("Listen 127.0.0.1:%1$d\n<VirtualHost 127.0.0.1:%1$d>\nInclude %2$s\n</VirtualHost>\n"
                    .formatted(port, file));
        }
        Files.writeString(this.folder.resolve("apache.conf"), configuration);
        Files.deleteIfExists(this.folder.resolve("error.log"));
        ProcessBuilder builder = new ProcessBuilder(
                        "/usr/sbin/apache2",
                        "-d",
                        this.folder.toString(),
                        "-f",
                        this.folder.resolve("apache.conf").toString(),
                        "-D",
                        "FOREGROUND")
                .redirectErrorStream(true)
                .redirectOutput(this.folder.resolve("out.log").toFile());
        builder.environment()
                .put("ORDERS_API_SECRET", claviger.client("elsewhere-server").getString("client_secret"));
        process = builder.start();
        for (int port : ports.values()) {
            while (!Gateway.isUp(port)) {
                if (!process.isAlive()) {
                    throw new IllegalStateException("Apache has ended: "
                            + Files.readString(this.folder.resolve("out.log"), ISO_8859_1)
                            + log());
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    private String configured(String file, RunningClaviger claviger) throws IOException {
        String published = Files.readString(PUBLISHED.resolve(file))
                .replaceAll("(OIDCOAuth\\w+) https://sso\\.example\\.org/", "$1 https://localhost:" + tls + "/")
                .replace("orders-api", "elsewhere-server")
                .replace(
                        "127.0.0.1:8090",
                        "127.0.0.1:" + application.getAddress().getPort());
        return Verifier.configured(published, claviger.issuer(), Verifier.ELSEWHERE);
    }

    /** Makes a key and a certificate for localhost, as Apache wants them. */
    private void certify() throws InterruptedException, IOException, GeneralSecurityException {
        Path store = folder.resolve("localhost.p12");
        Files.deleteIfExists(store);
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "localhost",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(folder.resolve("keytool.log")));
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        writePem(
                "key.pem",
                "PRIVATE KEY",
                keys.getKey("localhost", PASSWORD.toCharArray()).getEncoded());
        writePem(
                "certificate.pem",
                "CERTIFICATE",
                keys.getCertificate("localhost").getEncoded());
    }

    private void writePem(String file, String kind, byte[] content) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(content) + "\n-----END "
                        + kind + "-----\n");
    }

    /** An address that this file guards. */
    String at(String file) {
        return "http://127.0.0.1:" + ports.get(file) + "/orders/1";
    }

    String log() throws IOException {
        Path log = folder.resolve("error.log");
        return Files.exists(log) ? Files.readString(log, ISO_8859_1) : "";
    }

    @Override
    public void close() {
        process.destroy();
        application.stop(0);
    }
}

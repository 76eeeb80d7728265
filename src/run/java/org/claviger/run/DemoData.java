package org.claviger.run;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;
import java.util.stream.Collectors;

/** What outlives a start: the key-encryption key, and the demo's clients and users with their random passwords. */
final class DemoData {
    /** As which the demo has browser sessions; nobody ever uses its secret. */
    static final String BROWSER_CLIENT = "demo-web";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"; // none that looks like another

    private final Path folder;

    /** Opens the folder, which only its owner may enter where it is made here. */
    DemoData(Path folder) throws IOException {
        this.folder = folder;
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    Path folder() {
        return folder;
    }

    String databaseUrl() {
        return "jdbc:h2:file:" + folder.resolve("claviger");
    }

    /** The file of the key that wraps the secrets in the database. Once made it stays: without it they are lost. */
    Path keyEncryptionKey() throws IOException {
        Path file = folder.resolve("key-encryption-key");
        if (!Files.exists(file)) {
            writePrivately(file, randomSecret());
        }
        return file;
    }

    /** The passwords of the users and the secrets of the clients, by their names: the same at each start. */
    Properties passwords() throws IOException {
        Path file = folder.resolve("demo-passwords");
        Properties passwords = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                passwords.load(reader);
            }
        }
        int known = passwords.size();
        passwords.computeIfAbsent("alice", user -> randomPassword());
        passwords.computeIfAbsent("bob", user -> randomPassword());
        passwords.computeIfAbsent("root", user -> randomPassword());
        passwords.computeIfAbsent("batch", client -> randomSecret());
        passwords.computeIfAbsent("operator", client -> randomSecret());
        passwords.computeIfAbsent(BROWSER_CLIENT, client -> randomSecret());
        if (passwords.size() > known) {
            StringWriter text = new StringWriter();
            passwords.store(text, "What ./mvnw -Prun prints");
            writePrivately(file, text.toString(), StandardCopyOption.REPLACE_EXISTING);
        }
        return passwords;
    }

    /** The file of clients and users, written at each start because the page's address holds the port. */
    Path importFile(int port) throws IOException {
        Properties passwords = passwords();
        String text =
                """
                {
                  "clients": [
                    {
                      "client_id": "demo",
                      "client_name": "Demo page",
                      "redirect_uris": ["http://127.0.0.1:%d/demo/"],
                      "grant_types": ["authorization_code", "refresh_token"],
                      "scope": "profile demo",
                      "token_endpoint_auth_method": "none"
                    },
                    {
                      "client_id": "%s",
                      "client_name": "Demo in a browser session",
                      "client_secret": "%s",
                      "redirect_uris": ["http://127.0.0.1:%d/api/v2/auth/session/callback"],
                      "grant_types": ["authorization_code", "refresh_token"],
                      "scope": "profile demo"
                    },
                    {
                      "client_id": "batch",
                      "client_name": "Nightly batch",
                      "client_secret": "%s",
                      "grant_types": ["client_credentials"],
                      "scope": "demo",
                      "token_endpoint_auth_method": "client_secret_basic",
                      "groups": ["user", "orders"]
                    },
                    {
                      "client_id": "operator",
                      "client_name": "Scripts that administer",
                      "client_secret": "%s",
                      "grant_types": ["client_credentials"],
                      "scope": "claviger:admin",
                      "token_endpoint_auth_method": "client_secret_basic"
                    }
                  ],
                  "users": [
                    {"username": "alice", "password": "%s", "groups": ["user"], "name": "Alice Demo", "email": "alice@example.org"},
                    {"username": "bob", "password": "%s", "groups": ["user", "admin"], "name": "Bob Demo", "email": "bob@example.org"},
                    {"username": "root", "password": "%s", "groups": ["claviger-admin"], "name": "Root Demo", "email": "root@example.org"}
                  ]
                }
                """
                        .formatted(
                                port,
                                BROWSER_CLIENT,
                                passwords.getProperty(BROWSER_CLIENT),
                                port,
                                passwords.getProperty("batch"),
                                passwords.getProperty("operator"),
                                passwords.getProperty("alice"),
                                passwords.getProperty("bob"),
                                passwords.getProperty("root"));
        Path file = folder.resolve("import.json");
        writePrivately(file, text, StandardCopyOption.REPLACE_EXISTING);
        return file;
    }

    /** Writes a file that only its owner reads, and that nobody ever meets half written. */
    private void writePrivately(Path file, String text, CopyOption... replacing) throws IOException {
        Path temporary = Files.createTempFile(folder, "new", null); // mode 0600
        Files.writeString(temporary, text);
        Files.move(temporary, file, replacing);
    }

    /** 256 bits, base64url. */
    private static String randomSecret() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** 80 bits that can be read and typed. */
    private static String randomPassword() {
        return RANDOM.ints(16, 0, LETTERS.length())
                .mapToObj(i -> LETTERS.substring(i, i + 1))
                .collect(Collectors.joining())
                .replaceAll("(.{4})(?=.)", "$1-");
    }
}

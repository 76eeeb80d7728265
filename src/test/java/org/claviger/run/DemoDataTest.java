package org.claviger.run;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDataTest {
    @TempDir
    private Path parent;

    @Test
    void a_second_start_finds_the_key_and_the_passwords_of_the_first() throws IOException {
        DemoData first = open();
        String key = Files.readString(first.keyEncryptionKey());
        Properties passwords = first.passwords();

        DemoData second = open();
        assertThat(Files.readString(second.keyEncryptionKey())).isEqualTo(key);
        assertThat(second.passwords()).isEqualTo(passwords);
        assertThat(Base64.getUrlDecoder().decode(key)).hasSize(32);
        assertThat(passwords.stringPropertyNames())
                .containsExactlyInAnyOrder("alice", "bob", "root", "batch", "operator", "demo-web");
    }

    @Test
    void what_an_earlier_release_has_made_stays_and_gets_what_is_new() throws IOException {
        Files.writeString(open().folder().resolve("demo-passwords"), "alice=of old\n");

        Properties passwords = open().passwords();

        assertThat(passwords.getProperty("alice")).isEqualTo("of old");
        assertThat(passwords).containsKey("operator").isEqualTo(open().passwords());
    }

    @Test
    void nobody_else_may_read_it() throws IOException {
        DemoData data = open();
        data.keyEncryptionKey();
        data.importFile(8080);

        assertThat(permissions(data.folder())).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(data.folder())) {
            assertThat(files.map(DemoDataTest::permissions)).hasSize(3).containsOnly("rw-------");
        }
    }

    @Test
    void the_import_follows_the_port() throws IOException {
        open().importFile(8080);
        JsonObject imported = read(open().importFile(9090));

        assertThat(imported.getJsonArray("clients").getJsonObject(0).getJsonArray("redirect_uris"))
                .containsExactly(Json.createValue("http://127.0.0.1:9090/demo/"));
        assertThat(imported.getJsonArray("clients").getJsonObject(1).getJsonArray("redirect_uris"))
                .containsExactly(Json.createValue("http://127.0.0.1:9090/api/v2/auth/session/callback"));
        assertThat(imported.getJsonArray("users").getJsonObject(0).getString("password"))
                .isEqualTo(open().passwords().getProperty("alice"));
    }

    private DemoData open() throws IOException {
        return new DemoData(parent.resolve("data"));
    }

    private static JsonObject read(Path file) throws IOException {
        try (JsonReader reader = Json.createReader(Files.newBufferedReader(file))) {
            return reader.readObject();
        }
    }

    private static String permissions(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("any-database") // the file is judged without it
class ImportIT {
    @Test
    void a_bad_file_fails_the_deployment_with_one_line_that_says_where() throws IOException {
        Path folder = Files.createDirectories(Path.of("target/it-import"));
        Path file = Files.writeString(
                        folder.resolve("bad.json"),
                        """
                        {"clients": [{"client_id": "web", "client_secret": {"env": "WEB_SECRET"},
                                      "redirect_uris": ["https://web.example.org/callback", "javascript:alert(1)"]}]}""")
                .toAbsolutePath();
        assertThatExceptionOfType(StartFailure.class)
                .isThrownBy(() -> new RunningClaviger(
                        folder,
                        Map.of(
                                "CLAVIGER_IMPORT",
                                file.toString(),
                                "WEB_SECRET",
                                "web-secret-of-at-least-32-characters")))
                .withMessageStartingWith(
                        "CLAVIGER-0101 claviger.import: " + file + " /clients/0/redirect_uris/1: must be");
    }
}

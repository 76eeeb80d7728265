package org.claviger.it.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** An app on the machine of the browser, which gets every address that no browser can open, and notes it. */
final class LocalApp {
    static final String SCHEME = "com.example.app";

    private final Path folder;
    private final Path opened;

    /** Installs it: browsers on Linux leave such addresses to the program {@code xdg-open}. */
    LocalApp(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.opened = folder.resolve("opened");
        Path program = folder.resolve("xdg-open");
        Files.writeString(program, "#!/bin/sh\necho \"$1\" >> '%s'\n".formatted(opened));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }

    /** What the search path of the browser has to begin with. */
    Path folder() {
        return folder;
    }

    List<URI> opened() {
        try {
            return Files.exists(opened)
                    ? Files.readAllLines(opened).stream().map(URI::create).toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipInputStream;

/** Checks and unpacks a Maven release for mvnw, and fetches it first where mvnw could not: {@code URL ZIP SHA512 HOME}. */
class InstallMaven {
    public static void main(String[] args) throws GeneralSecurityException, IOException {
        Path zip = Path.of(args[1]);
        int status = 0;
        try {
            install(new URL(args[0]), zip, args[2], Path.of(args[3]));
        } catch (IOException e) {
            System.err.println("mvnw: could not install Maven from " + args[0] + ": " + e.getMessage());
            status = 1;
        } finally {
            Files.deleteIfExists(zip);
        }
        System.exit(status);
    }

    private static void install(URL url, Path zip, String expected, Path home)
            throws GeneralSecurityException, IOException {
        if (!Files.exists(zip)) {
            try (InputStream in = url.openStream()) {
                Files.copy(in, zip);
            }
        }
        byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(zip));
        String sha512 = HexFormat.of().formatHex(digest);
        if (!sha512.equals(expected)) {
            throw new IOException("not the pinned release, its SHA-512 is " + sha512);
        }
        Path unpacked = Path.of(zip + ".unpacked");
        unpack(zip, unpacked);
        unpacked.resolve("bin/mvn").toFile().setExecutable(true);
        Files.move(unpacked, home); // last, so that nobody ever meets half of it
    }

    /** Everything in a release lies below one folder, which is left out. */
    private static void unpack(Path zip, Path into) throws IOException {
        try (ZipInputStream entries = new ZipInputStream(Files.newInputStream(zip))) {
            for (var entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Path target = into.resolve(entry.getName().replaceFirst("^[^/]*/", ""));
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(entries, target);
                }
            }
        }
    }
}

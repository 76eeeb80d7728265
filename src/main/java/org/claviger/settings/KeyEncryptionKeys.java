package org.claviger.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Reads the key-encryption key: 256 bits in base64url, as a value or in a file. */
final class KeyEncryptionKeys {
    private static final String KEY = "claviger.key-encryption-key";
    private static final String EXPECTED =
            "256 random bits in base64url, or file: and the path of a file that holds them;"
                    + " make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='";
    private static final String FILE = "file:";

    private KeyEncryptionKeys() {}

    static SecretKey read(SettingReader reader) {
        String value = reader.require(KEY, EXPECTED);
        String encoded = value.startsWith(FILE) ? readFile(value.substring(FILE.length())) : value;
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(encoded);
        } catch (IllegalArgumentException notBase64) {
            throw new SettingsException(KEY, "must be " + EXPECTED);
        }
        if (bytes.length != 32) {
            throw new SettingsException(KEY, "has " + bytes.length * 8 + " bits; it must be " + EXPECTED);
        }
        return new SecretKeySpec(bytes, "AES");
    }

    private static String readFile(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException | InvalidPathException unreadable) {
            throw new SettingsException(KEY, "the file " + path + " cannot be read");
        }
    }
}

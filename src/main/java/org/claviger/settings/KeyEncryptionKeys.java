package org.claviger.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Reads key-encryption keys of 256 bits: in base64url as a value or in a file, or from a PKCS #12 keystore. */
final class KeyEncryptionKeys {
    private static final String FILE = "file:";
    private static final String KEYSTORE = "pkcs12:";
    private static final String EXPECTED =
            "256 random bits in base64url, or file: and the path of a file that holds them,"
                    + " or pkcs12: and the path of a keystore;"
                    + " make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='";

    private final SettingReader reader;
    private final Setting setting;

    private KeyEncryptionKeys(SettingReader reader, Setting setting) {
        this.reader = reader;
        this.setting = setting;
    }

    /** The key that wraps, which only an issuer has: a resource server does not even read the file. */
    static Optional<SecretKey> read(SettingReader reader, Role role) {
        if (role == Role.RESOURCE_SERVER) {
            reader.find(Setting.KEY_ENCRYPTION_KEY);
            return Optional.empty();
        }
        return Optional.of(new KeyEncryptionKeys(reader, Setting.KEY_ENCRYPTION_KEY)
                .key(reader.require(Setting.KEY_ENCRYPTION_KEY, EXPECTED)));
    }

    /** Keys that only open: what wrapped before, or will. */
    static List<SecretKey> readFurther(SettingReader reader) {
        KeyEncryptionKeys further = new KeyEncryptionKeys(reader, Setting.FURTHER_KEY_ENCRYPTION_KEYS);
        return reader.list(Setting.FURTHER_KEY_ENCRYPTION_KEYS).stream()
                .filter(value -> !value.isEmpty())
                .map(further::key)
                .toList();
    }

    private SecretKey key(String value) {
        if (value.startsWith(KEYSTORE)) {
            return keyInStore(value.substring(KEYSTORE.length()));
        }
        String encoded = value.startsWith(FILE) ? readFile(value.substring(FILE.length())) : value;
        try {
            return key(Base64.getUrlDecoder().decode(encoded));
        } catch (IllegalArgumentException notBase64) {
            throw new SettingsException(setting, "must be " + EXPECTED);
        }
    }

    private SecretKey key(byte[] bytes) {
        if (bytes.length != 32) {
            throw new SettingsException(setting, "has " + bytes.length * 8 + " bits; it must be " + EXPECTED);
        }
        return new SecretKeySpec(bytes, "AES");
    }

    private String readFile(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException | InvalidPathException unreadable) {
            throw unreadable(path);
        }
    }

    private SettingsException unreadable(String path) {
        return new SettingsException(setting, "the file " + path + " cannot be read");
    }

    /** The path, and behind a # the alias, where the store holds more than one key. */
    private SecretKey keyInStore(String place) {
        int hash = place.lastIndexOf('#');
        String path = hash < 0 ? place : place.substring(0, hash);
        String text = reader.require(
                Setting.KEY_ENCRYPTION_KEY_PASSWORD,
                "the password of the keystore " + path + ", or file: and the path of a file" + " that holds it");
        char[] password = (text.startsWith(FILE) ? readFile(text.substring(FILE.length())) : text).toCharArray();
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, password);
            String alias = hash < 0 ? onlyAlias(store, path) : place.substring(hash + 1);
            Key key = store.getKey(alias, password);
            if (key == null) {
                throw new SettingsException(setting, "the keystore " + path + " holds no key " + alias);
            }
            byte[] bytes = key instanceof SecretKey ? key.getEncoded() : null;
            if (bytes == null) {
                throw new SettingsException(setting, alias + " in " + path + " is not a secret key");
            }
            return key(bytes);
        } catch (IOException | InvalidPathException unreadable) {
            // PKCS #12 tells a wrong password by this alone.
            throw new SettingsException(
                    setting,
                    "the keystore " + path + " cannot be read, or " + Setting.KEY_ENCRYPTION_KEY_PASSWORD.key()
                            + " is not its password");
        } catch (GeneralSecurityException unusable) {
            throw new SettingsException(setting, "the keystore " + path + " cannot be used: " + unusable.getMessage());
        }
    }

    private String onlyAlias(KeyStore store, String path) throws GeneralSecurityException {
        List<String> aliases = Collections.list(store.aliases());
        if (aliases.size() != 1) {
            throw new SettingsException(
                    setting,
                    "the keystore " + path + " holds " + aliases.size() + " entries; name one: " + KEYSTORE + path
                            + "#alias");
        }
        return aliases.get(0);
    }
}

package org.claviger.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What passwords of users in the database must be.
 *
 * @param minLength in characters, 8 to 64
 * @param denied those of the administrator's file, in small letters; read at the start
 */
public record PasswordSettings(int minLength, Set<String> denied) {
    /** NIST SP 800-63B section 5.1.1.2: no verifier accepts less. */
    public static final int LEAST = 8;

    private static final int MOST = 64;

    /** Which some editors put first. */
    private static final String BYTE_ORDER_MARK = "\ufeff";

    static PasswordSettings read(SettingReader reader) {
        return new PasswordSettings(minLength(reader), denied(reader));
    }

    PasswordSettings readLive(SettingReader reader) {
        return new PasswordSettings(minLength(reader), denied);
    }

    private static int minLength(SettingReader reader) {
        return reader.number(Setting.PASSWORD_MIN_LENGTH, "", LEAST, MOST);
    }

    private static Set<String> denied(SettingReader reader) {
        if (reader.find(Setting.PASSWORD_DENIED_FILE).isEmpty()) {
            return Set.of();
        }
        Path file = reader.path(Setting.PASSWORD_DENIED_FILE);
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(line -> line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line)
                    .map(line -> line.strip().toLowerCase(Locale.ROOT))
                    .filter(line -> !line.isEmpty())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException | UncheckedIOException unreadable) {
            throw new SettingsException(Setting.PASSWORD_DENIED_FILE, "cannot be read as UTF-8: " + file);
        }
    }

    /** Without the passwords. */
    @Override
    public String toString() {
        return "PasswordSettings[minLength=" + minLength + "]";
    }
}

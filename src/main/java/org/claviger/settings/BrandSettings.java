package org.claviger.settings;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How the pages look.
 *
 * @param name stands on every page
 * @param logo a PNG or SVG file, if any
 * @param color behind the text of buttons, {@code #rrggbb}
 * @param css a file of further styles, if any
 * @param texts a file of texts that replace or add to those of the pages, if any
 */
public record BrandSettings(
        String name, Optional<Path> logo, Optional<String> color, Optional<Path> css, Optional<Path> texts) {
    private static final int LONGEST_NAME = 200;
    private static final Pattern COLOR = Pattern.compile("#[0-9a-fA-F]{6}");

    static BrandSettings read(SettingReader reader) {
        Optional<Path> logo = file(reader, Setting.BRAND_LOGO);
        if (logo.isPresent() && !logo.get().toString().matches("(?i).*\\.(png|svg)")) {
            throw new SettingsException(Setting.BRAND_LOGO, "must be a .png or .svg file");
        }
        return new BrandSettings(
                name(reader), logo, color(reader), file(reader, Setting.BRAND_CSS), file(reader, Setting.BRAND_TEXTS));
    }

    /** The same files, and what is live read anew. */
    BrandSettings readLive(SettingReader reader) {
        return new BrandSettings(name(reader), logo, color(reader), css, texts);
    }

    private static String name(SettingReader reader) {
        String name = reader.text(Setting.BRAND_NAME);
        if (name.length() > LONGEST_NAME) {
            throw new SettingsException(Setting.BRAND_NAME, "must have at most " + LONGEST_NAME + " characters");
        }
        return name;
    }

    private static Optional<String> color(SettingReader reader) {
        Optional<String> color = reader.find(Setting.BRAND_COLOR);
        if (color.isPresent() && !COLOR.matcher(color.get()).matches()) {
            throw new SettingsException(Setting.BRAND_COLOR, "must be a colour such as #1d4ed8");
        }
        return color;
    }

    private static Optional<Path> file(SettingReader reader, Setting setting) {
        return reader.find(setting).map(value -> {
            try {
                Path path = Path.of(value);
                if (Files.isReadable(path) && !Files.isDirectory(path)) {
                    return path;
                }
            } catch (InvalidPathException malformed) {
                // refused like a file that is not there
            }
            throw new SettingsException(setting, "the file " + value + " cannot be read");
        });
    }
}

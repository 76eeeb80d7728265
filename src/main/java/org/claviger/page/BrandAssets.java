package org.claviger.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.claviger.http.Document;
import org.claviger.settings.BrandSettings;
import org.claviger.settings.SettingsException;

/** What the pages load of an administrator's brand. */
public final class BrandAssets {
    private BrandAssets() {}

    /**
     * The style sheet after ours, as it is at each moment: the colour, then the administrator's own rules, which are read once. The
     * colour fills; links and the mark of the focus have that of the text, for no one colour is seen well on both a light and a
     * dark page.
     */
    public static Supplier<Document> css(Supplier<BrandSettings> brand) {
        String own = brand.get()
                .css()
                .map(file -> new String(read(file, "claviger.brand.css"), StandardCharsets.UTF_8))
                .orElse("");
        return () -> css(brand.get().color(), own);
    }

    private static Document css(Optional<String> color, String own) {
        String rules = color.map(value -> ":root { --accent: %s; --on-accent: %s; --link: var(--text); }\n"
                        .formatted(value, readableOn(value)))
                .orElse("");
        return new Document("text/css;charset=UTF-8", (rules + own).getBytes(StandardCharsets.UTF_8));
    }

    /** The logo, if there is one. */
    public static Optional<Document> logo(BrandSettings brand) {
        return brand.logo()
                .map(file -> new Document(
                        file.toString().toLowerCase(Locale.ROOT).endsWith(".svg") ? Document.SVG : "image/png",
                        read(file, "claviger.brand.logo")));
    }

    private static byte[] read(Path file, String key) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new SettingsException(key, "the file " + file + " cannot be read", unreadable);
        }
    }

    /** Black or white, whichever has the greater contrast to the colour (WCAG 2.2, contrast ratio); it is at least 4.5:1. */
    static String readableOn(String color) {
        int rgb = Integer.parseInt(color.substring(1), 16);
        double luminance = 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
        return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? "#000000" : "#ffffff";
    }

    private static double linear(int channel) {
        double value = (channel & 0xff) / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }
}

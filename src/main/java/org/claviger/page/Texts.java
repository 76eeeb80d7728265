package org.claviger.page;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Format;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ResourceBundle;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.claviger.settings.SettingsException;
import org.jspecify.annotations.Nullable;

/**
 * The texts of the pages in the languages that there are, English where a person reads none of them. An administrator's file of
 * texts comes first: its {@code de.sign-in.title} for one language, its {@code sign-in.title} for all.
 */
public final class Texts {
    private static final String BUNDLE = "org.claviger.page.texts";
    private static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.GERMAN);
    private static final String SETTING = "claviger.brand.texts";

    /** Longer headers name more languages than people read, and take long to be read themselves. */
    private static final int MAX_HEADER = 200;

    private final Map<Locale, ResourceBundle> bundles;
    private final Properties own = new Properties();

    /** Reads the texts once; {@code file} is the administrator's own. */
    public Texts(Optional<Path> file) {
        // No fall-back to the server's own language: what is not German is English.
        var control = ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES);
        bundles = LANGUAGES.stream()
                .collect(Collectors.toMap(
                        Function.identity(),
                        language -> ResourceBundle.getBundle(BUNDLE, language, Texts.class.getClassLoader(), control)));
        bundles.forEach((language, bundle) ->
                bundle.keySet().forEach(key -> check(BUNDLE + " in " + language, key, key, bundle.getString(key))));
        file.ifPresent(this::read);
    }

    private void read(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            own.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new SettingsException(SETTING, "the file " + file + " cannot be read", unreadable);
        }
        own.stringPropertyNames()
                .forEach(key -> check("the file " + file, key, withoutLanguage(key), own.getProperty(key)));
    }

    private static String withoutLanguage(String key) {
        return LANGUAGES.stream()
                .map(language -> language.getLanguage() + ".")
                .filter(key::startsWith)
                .findFirst()
                .map(prefix -> key.substring(prefix.length()))
                .orElse(key);
    }

    /** Refuses a text that could not be shown one day: better now than to a person. */
    private void check(String source, String key, String name, String text) {
        String problem = problem(name, text);
        if (!problem.isEmpty()) {
            throw new SettingsException(SETTING, source + ", " + key + ": " + problem);
        }
    }

    /** What is wrong with a text, or nothing; what stands in it is what stands in ours. */
    private String problem(String name, String text) {
        if (text.chars().filter(c -> c == '\'').count() % 2 != 0) {
            return "an apostrophe must be written twice";
        }
        ResourceBundle ours = bundles.get(Locale.ENGLISH);
        Format[] formats = ours != null && ours.containsKey(name)
                ? new MessageFormat(ours.getString(name), Locale.ENGLISH).getFormatsByArgumentIndex()
                : new Format[0];
        try {
            MessageFormat pattern = new MessageFormat(text, Locale.ENGLISH);
            if (pattern.getFormatsByArgumentIndex().length > formats.length) {
                return formats.length == 0 ? "must have no {0} in it" : "must have nothing but {0} in it";
            }
            for (long number : new long[] {1, 30}) {
                pattern.format(Arrays.stream(formats)
                        .map(format -> format == null ? "text" : (Object) number)
                        .toArray());
            }
            return "";
        } catch (IllegalArgumentException malformed) {
            return "must be a text as java.text.MessageFormat reads it, with {0} as in the text that it replaces";
        }
    }

    /**
     * The texts for who sends this {@code Accept-Language} header (RFC 9110 section 12.5.4), or none. English too where it is
     * malformed: no header is a reason not to answer.
     */
    public InLanguage forHeader(Optional<String> acceptLanguage) {
        Locale found = acceptLanguage
                .filter(header -> header.length() <= MAX_HEADER)
                .map(Texts::lookUp)
                .orElse(Locale.ENGLISH);
        return new InLanguage(found);
    }

    private static @Nullable Locale lookUp(String header) {
        try {
            return Locale.lookup(Locale.LanguageRange.parse(header), LANGUAGES);
        } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) { // "-" is the latter
            return null;
        }
    }

    /** The texts in one language. */
    public final class InLanguage {
        private final Locale language;

        private InLanguage(Locale language) {
            this.language = language;
        }

        /** What the {@code lang} attribute of a page says. */
        public String tag() {
            return language.toLanguageTag();
        }

        /** A text with its arguments filled in; not yet escaped. */
        public String get(String key, Object... arguments) {
            return new MessageFormat(find(key).orElseThrow(), language).format(arguments);
        }

        /** What a scope means to a person, if somebody has said it. */
        public Optional<String> scope(String token) {
            return find("scope." + token).map(pattern -> new MessageFormat(pattern, language).format(new Object[0]));
        }

        /** A duration in its largest whole unit: days, hours or minutes. */
        public String duration(Duration duration) {
            if (duration.toDays() > 0) {
                return get("duration.days", duration.toDays());
            }
            return duration.toHours() > 0
                    ? get("duration.hours", duration.toHours())
                    : get("duration.minutes", Math.max(1, duration.toMinutes()));
        }

        private Optional<String> find(String key) {
            String text = own.getProperty(language.getLanguage() + "." + key, own.getProperty(key));
            if (text != null) {
                return Optional.of(text);
            }
            ResourceBundle bundle = bundles.get(language);
            return bundle != null && bundle.containsKey(key) ? Optional.of(bundle.getString(key)) : Optional.empty();
        }
    }
}

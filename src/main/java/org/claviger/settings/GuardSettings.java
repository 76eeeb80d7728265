package org.claviger.settings;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.Scope;

/**
 * Which applications of the server are guarded, and by what. Applications are named by their context path, {@code /} for the
 * root; those on another virtual server than Claviger's by its name before the path, as in {@code intern/shop}.
 *
 * @param include the only ones that are guarded; empty for all
 * @param exclude those that are left alone
 * @param byContext what holds for some of them
 * @param otherwise what holds for all others
 */
public record GuardSettings(
        Set<String> include,
        Set<String> exclude,
        Map<String, GuardedApplication> byContext,
        GuardedApplication otherwise) {
    /** Stands for all that are not named. */
    private static final String EVERYWHERE = "";

    private static final String CONTEXT_PATH = "(?:/|(?:/[^/\\s,=]+)+)";
    private static final Pattern APPLICATION = Pattern.compile("[^/\\s,=]*" + CONTEXT_PATH);
    private static final Pattern ENTRY =
            Pattern.compile("(?:(?<context>" + CONTEXT_PATH + ")\\s*=\\s*)?(?<value>[^/].*)");
    private static final Pattern MAPPING = Pattern.compile("(?<group>[^>]+)>(?<role>[^>]+)");

    /** What holds for the application with this context path, which is {@code /} for the root. */
    public GuardedApplication of(String contextPath) {
        return byContext.getOrDefault(contextPath, otherwise);
    }

    /** Every claim by which roles are found. */
    Stream<String> roleClaims() {
        return Stream.concat(Stream.of(otherwise), byContext.values().stream())
                .map(GuardedApplication::roleClaim)
                .distinct();
    }

    static GuardSettings read(SettingReader reader, String audience, String adminAudience) {
        Map<String, String> audiences = one(reader, Setting.GUARD_AUDIENCE, audience);
        if (audiences.containsValue(adminAudience)) {
            throw new SettingsException(Setting.GUARD_AUDIENCE, "must not be that of administration");
        }
        Map<String, Scope> scopes = new HashMap<>();
        one(reader, Setting.GUARD_REQUIRED_SCOPE, "").forEach((context, value) -> scopes.put(context, scope(value)));
        Map<String, String> claims = one(reader, Setting.GUARD_ROLE_CLAIM, Setting.GUARD_ROLE_CLAIM.byDefault());
        Map<String, Map<String, Set<String>>> mappings = mappings(reader);
        Map<String, Optional<ClientId>> browserClients = browserClients(reader);

        Set<String> contexts = new TreeSet<>(audiences.keySet());
        contexts.addAll(scopes.keySet());
        contexts.addAll(claims.keySet());
        contexts.addAll(mappings.keySet());
        contexts.addAll(browserClients.keySet());
        Map<String, GuardedApplication> byContext = contexts.stream()
                .collect(Collectors.toMap(
                        context -> context,
                        context -> new GuardedApplication(
                                own(audiences, context),
                                own(scopes, context),
                                own(claims, context),
                                own(mappings, context),
                                own(browserClients, context))));
        Set<String> include = applications(reader, Setting.GUARD_INCLUDE);
        Set<String> exclude = applications(reader, Setting.GUARD_EXCLUDE);
        if (!include.isEmpty() && !exclude.isEmpty()) {
            throw new SettingsException(
                    Setting.GUARD_EXCLUDE, "must not be set where " + Setting.GUARD_INCLUDE.key() + " is");
        }
        return new GuardSettings(include, exclude, Map.copyOf(byContext), own(byContext, EVERYWHERE));
    }

    /** Every map has an entry for it. */
    private static <T> T own(Map<String, T> values, String context) {
        return Objects.requireNonNull(values.getOrDefault(context, values.get(EVERYWHERE)));
    }

    private static Scope scope(String value) {
        try {
            return Scope.parse(value);
        } catch (IllegalArgumentException malformed) {
            throw new SettingsException(Setting.GUARD_REQUIRED_SCOPE, String.valueOf(malformed.getMessage()));
        }
    }

    /** At most one value for each context, and one for the others. */
    private static Map<String, String> one(SettingReader reader, Setting setting, String byDefault) {
        Map<String, String> values = new HashMap<>();
        entries(reader, setting, entry -> {
            if (values.put(context(entry), entry.group("value").strip()) != null) {
                throw new SettingsException(setting, "names " + place(entry) + " twice");
            }
        });
        values.putIfAbsent(EVERYWHERE, byDefault);
        return values;
    }

    private static Map<String, Map<String, Set<String>>> mappings(SettingReader reader) {
        Map<String, Map<String, Set<String>>> mappings = new HashMap<>();
        mappings.put(EVERYWHERE, new LinkedHashMap<>());
        entries(reader, Setting.GUARD_ROLE_MAPPING, entry -> {
            Matcher mapping = MAPPING.matcher(entry.group("value"));
            if (!mapping.matches()) {
                throw malformed(Setting.GUARD_ROLE_MAPPING, "group>role or /context=group>role", entry.group());
            }
            mappings.computeIfAbsent(context(entry), context -> new LinkedHashMap<>())
                    .computeIfAbsent(mapping.group("group").strip(), group -> new LinkedHashSet<>())
                    .add(mapping.group("role").strip());
        });
        return mappings;
    }

    /** A session is a cookie for one path, so each application that has one is named. */
    private static Map<String, Optional<ClientId>> browserClients(SettingReader reader) {
        Map<String, Optional<ClientId>> clients = new HashMap<>();
        one(reader, Setting.GUARD_BROWSER_CLIENT, "").forEach((context, value) -> {
            if (context.equals(EVERYWHERE) && !value.isEmpty()) {
                throw malformed(Setting.GUARD_BROWSER_CLIENT, "/context=client_id", value);
            }
            clients.put(context, value.isEmpty() ? Optional.empty() : Optional.of(browserClient(value)));
        });
        return clients;
    }

    /** Who signs in at the console gets tokens that administer: no application stands behind that cookie. */
    private static ClientId browserClient(String value) {
        return ClientId.find(value)
                .filter(client -> !client.equals(ClientId.CONSOLE))
                .orElseThrow(() -> malformed(
                        Setting.GUARD_BROWSER_CLIENT, "/context=client_id of a client other than the console", value));
    }

    private static void entries(SettingReader reader, Setting setting, Consumer<Matcher> read) {
        for (String text : list(reader, setting)) {
            Matcher entry = ENTRY.matcher(text);
            if (!entry.matches()) {
                throw malformed(setting, "value or /context=value", text);
            }
            read.accept(entry);
        }
    }

    private static String context(Matcher entry) {
        String context = entry.group("context");
        return context == null ? EVERYWHERE : context;
    }

    private static String place(Matcher entry) {
        return entry.group("context") == null ? "the value for all" : entry.group("context");
    }

    private static Set<String> applications(SettingReader reader, Setting setting) {
        List<String> names = list(reader, setting);
        for (String name : names) {
            if (!APPLICATION.matcher(name).matches()) {
                throw malformed(setting, "context paths such as /shop", name);
            }
        }
        return new LinkedHashSet<>(names);
    }

    private static List<String> list(SettingReader reader, Setting setting) {
        return reader.find(setting).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .toList();
    }

    private static SettingsException malformed(Setting setting, String expected, String found) {
        return new SettingsException(setting, "must be " + expected + ", separated by commas, not '" + found + "'");
    }
}

package org.claviger.settings;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The headers in which a gateway is told who calls.
 *
 * @param names of each fact that is told
 */
public record GatewayHeaders(Map<Fact, String> names) {
    /** What can be told. */
    public enum Fact {
        SUBJECT,
        NAME,
        GROUPS,
        SCOPE,
        CLIENT,
        /** In seconds since 1970. */
        EXPIRY
    }

    /** None that means something to whoever passes it on. */
    private static final Pattern NAME =
            Pattern.compile("(?i)(Remote|X-(?!Accel-|Forwarded-|Content-|Frame-))[A-Za-z0-9-]{1,60}");

    static GatewayHeaders read(SettingReader reader) {
        Map<Fact, String> names = new EnumMap<>(Fact.class);
        Set<String> seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String pair : reader.list(Setting.GATEWAY_HEADERS)) {
            int equals = pair.indexOf('=');
            String name = pair.substring(equals + 1).strip();
            if (equals < 0
                    || !NAME.matcher(name).matches()
                    || !seen.add(name)
                    || names.put(fact(pair.substring(0, equals).strip()), name) != null) {
                throw malformed();
            }
        }
        return new GatewayHeaders(Collections.unmodifiableMap(names));
    }

    private static Fact fact(String word) {
        for (Fact fact : Fact.values()) {
            if (fact.name().toLowerCase(Locale.ROOT).equals(word)) {
                return fact;
            }
        }
        throw malformed();
    }

    private static SettingsException malformed() {
        return new SettingsException(
                Setting.GATEWAY_HEADERS,
                "must be pairs such as subject=X-Auth-Subject, each fact and each header once; facts are subject, name, groups,"
                        + " scope, client and expiry; headers begin with X- or Remote, and not with X-Accel-, X-Forwarded-,"
                        + " X-Content- or X-Frame-");
    }
}

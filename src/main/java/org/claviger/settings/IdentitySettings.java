package org.claviger.settings;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where people are who are not in the database.
 *
 * @param groups which of our groups a group over there stands for; no other comes through
 * @param ldap the directory, where that is the store
 */
public record IdentitySettings(Store store, Map<String, Set<String>> groups, Optional<LdapSettings> ldap) {
    /** What begins so opens Claviger itself; {@code claviger-admin} is all there is of it. */
    private static final String RESERVED = "claviger-";

    private static final String ADMIN = "claviger-admin";
    private static final Pattern MAPPING = Pattern.compile("([^>]+)>([^>]+)");

    /** Who is asked for those whom the database does not know. */
    public enum Store {
        DATABASE,
        LDAP,
        SERVER;

        /** The value of the setting, and how rows name it. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static IdentitySettings read(SettingReader reader) {
        Store store =
                switch (reader.text(Setting.IDENTITY_STORE)) {
                    case "database" -> Store.DATABASE;
                    case "ldap" -> Store.LDAP;
                    case "server" -> Store.SERVER;
                    default -> throw new SettingsException(Setting.IDENTITY_STORE, "must be database, ldap or server");
                };
        Map<String, Set<String>> groups = groups(reader);
        LdapSettings ldap = LdapSettings.read(reader, store == Store.LDAP, !groups.isEmpty());
        return new IdentitySettings(store, groups, Optional.of(ldap).filter(any -> store == Store.LDAP));
    }

    /** {@code ours}, or {@code theirs>ours}: a group that administers is never given because it happens to be called so. */
    private static Map<String, Set<String>> groups(SettingReader reader) {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        for (String entry : reader.list(Setting.IDENTITY_STORE_GROUPS)) {
            if (entry.isEmpty()) {
                continue;
            }
            Matcher mapping = MAPPING.matcher(entry);
            boolean named = mapping.matches();
            String theirs = named ? mapping.group(1).strip() : entry;
            String ours = named ? mapping.group(2).strip() : entry;
            boolean reserved = ours.startsWith(RESERVED);
            if (theirs.isEmpty() || ours.isEmpty() || theirs.contains(">") || ours.length() > 255) {
                throw new SettingsException(
                        Setting.IDENTITY_STORE_GROUPS,
                        "must be group or theirs>ours, separated by commas, not '" + entry + "'");
            }
            if (reserved && !(named && ours.equals(ADMIN))) {
                throw new SettingsException(
                        Setting.IDENTITY_STORE_GROUPS,
                        "gives none of the groups " + RESERVED + "… but " + ADMIN + ", and that only as theirs>"
                                + ADMIN);
            }
            groups.computeIfAbsent(theirs, none -> new LinkedHashSet<>()).add(ours);
        }
        return groups;
    }
}

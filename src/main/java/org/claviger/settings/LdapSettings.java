package org.claviger.settings;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/**
 * An LDAP directory.
 *
 * @param urls one or more, separated by spaces; the first that answers is asked
 * @param startTls whether each connection to an {@code ldap:} URL is secured before anything is sent
 * @param user the DN that searches
 * @param password of that, never shown
 * @param trusted the certificates that are trusted in place of the server's own, in PEM
 * @param person what people are found by and called
 * @param group where groups are and how they are found
 * @param timeout of a connection and of an answer
 * @param recheck how long what the directory said of somebody holds for new tokens: at most five minutes
 */
public record LdapSettings(
        String urls,
        boolean startTls,
        String user,
        String password,
        Optional<Path> trusted,
        Person person,
        Group group,
        Duration timeout,
        Duration recheck) {
    private static final String FILE = "file:";
    private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z][A-Za-z0-9-]*|[0-9]+([.][0-9]+)*");
    private static final Pattern FILTER = Pattern.compile("[(].*[)]");

    /**
     * How people are found.
     *
     * @param base below which they are
     * @param filter what all of them match
     * @param username the attribute with what they sign in with
     * @param id the attribute that never changes and is never given again
     */
    public record Person(String base, String filter, String username, String id, String name, String email) {
        /** The one identifier in use that is bytes. */
        private static final String BINARY_ID = "objectGUID";

        /** Whether the identifier is bytes, which are written as hexadecimal digits. */
        public boolean isBinaryId() {
            return id.equalsIgnoreCase(BINARY_ID);
        }
    }

    /**
     * How their groups are found.
     *
     * @param base directly below which they are; empty where no group is mapped
     * @param filter {@code {0}} stands for the person's DN, {@code {1}} for the user name
     * @param memberOf the attribute of a person that names the groups; empty if the filter finds them
     */
    public record Group(String base, String filter, String memberOf) {}

    static LdapSettings read(SettingReader reader, boolean used, boolean groups) {
        boolean startTls = reader.flag(Setting.LDAP_START_TLS, "");
        return new LdapSettings(
                urls(reader, used, startTls),
                startTls,
                used
                        ? reader.require(Setting.LDAP_USER, "the DN that searches the directory")
                        : reader.text(Setting.LDAP_USER),
                password(reader, used),
                reader.find(Setting.LDAP_TRUSTED_CERTIFICATES)
                        .map(any -> reader.path(Setting.LDAP_TRUSTED_CERTIFICATES)),
                new Person(
                        base(reader, Setting.LDAP_USER_BASE, used),
                        filter(reader, Setting.LDAP_USER_FILTER, false),
                        attribute(reader, Setting.LDAP_USERNAME_ATTRIBUTE),
                        attribute(reader, Setting.LDAP_ID_ATTRIBUTE),
                        attribute(reader, Setting.LDAP_NAME_ATTRIBUTE),
                        attribute(reader, Setting.LDAP_EMAIL_ATTRIBUTE)),
                new Group(
                        base(reader, Setting.LDAP_GROUP_BASE, used && groups),
                        filter(reader, Setting.LDAP_GROUP_FILTER, true),
                        reader.text(Setting.LDAP_MEMBER_OF_ATTRIBUTE).isEmpty()
                                ? ""
                                : attribute(reader, Setting.LDAP_MEMBER_OF_ATTRIBUTE)),
                reader.duration(Setting.LDAP_TIMEOUT),
                reader.duration(Setting.LDAP_RECHECK));
    }

    /** No password of anybody goes over a network in clear. */
    private static String urls(SettingReader reader, boolean used, boolean startTls) {
        String text = used
                ? reader.require(Setting.LDAP_URL, "the URL of the directory, such as ldaps://ldap.example.org")
                : reader.text(Setting.LDAP_URL);
        String urls = text.isEmpty()
                ? ""
                : Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .map(url -> checked(url, startTls))
                        .collect(Collectors.joining(" "));
        if (urls.contains("ldap:") && urls.contains("ldaps:")) { // no connection is secured in two ways
            throw new SettingsException(Setting.LDAP_URL, "must be ldaps: in all places, or in none");
        }
        return urls;
    }

    private static String checked(String url, boolean startTls) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException malformed) {
            throw malformedUrl();
        }
        String host = uri.getHost();
        boolean plain = "ldap".equals(uri.getScheme());
        boolean bare = Stream.of(uri.getRawPath(), uri.getRawQuery(), uri.getRawUserInfo(), uri.getRawFragment())
                .allMatch(part -> part == null || part.isEmpty());
        if (host == null || !bare || !(plain || "ldaps".equals(uri.getScheme()))) {
            throw malformedUrl();
        }
        if (plain && !startTls && !isLoopback(host)) {
            throw new SettingsException(
                    Setting.LDAP_URL,
                    "must begin with ldaps: unless " + Setting.LDAP_START_TLS.key()
                            + " is true or the host is loopback");
        }
        if (!plain && startTls) {
            throw new SettingsException(Setting.LDAP_START_TLS, "is for ldap: only; ldaps: has TLS from the beginning");
        }
        return url;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    private static SettingsException malformedUrl() {
        return new SettingsException(
                Setting.LDAP_URL, "must be ldaps://host or ldap://host, with or without a port and nothing else");
    }

    /** RFC 4513 section 5.1.2: with an empty password a directory would take us for anybody. */
    private static String password(SettingReader reader, boolean used) {
        String text = used
                ? reader.require(Setting.LDAP_PASSWORD, "the password of " + Setting.LDAP_USER.key())
                : reader.text(Setting.LDAP_PASSWORD);
        if (!text.startsWith(FILE)) {
            return text;
        }
        String path = text.substring(FILE.length());
        try {
            String password = Files.readString(Path.of(path)).strip();
            if (password.isEmpty()) {
                throw new SettingsException(Setting.LDAP_PASSWORD, "the file " + path + " is empty");
            }
            return password;
        } catch (IOException | InvalidPathException unreadable) {
            throw new SettingsException(Setting.LDAP_PASSWORD, "the file " + path + " cannot be read");
        }
    }

    private static String base(SettingReader reader, Setting setting, boolean needed) {
        String text = needed ? reader.require(setting, "a DN below which to search") : reader.text(setting);
        try {
            return new LdapName(text).toString();
        } catch (InvalidNameException malformed) {
            throw new SettingsException(setting, "must be a DN such as ou=people,dc=example,dc=org");
        }
    }

    private static String attribute(SettingReader reader, Setting setting) {
        String text = reader.text(setting);
        if (!ATTRIBUTE.matcher(text).matches()) {
            throw new SettingsException(setting, "must be the name of an attribute");
        }
        return text;
    }

    private static String filter(SettingReader reader, Setting setting, boolean parameters) {
        String text = reader.text(setting);
        boolean names = text.contains("{0}") || text.contains("{1}");
        boolean others = text.replace("{0}", "").replace("{1}", "").matches(".*[{}].*");
        if (!FILTER.matcher(text).matches() || names != parameters || others) {
            throw new SettingsException(
                    setting, "must be a filter in parentheses, " + (parameters ? "with {0} or {1}" : "without braces"));
        }
        return text;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "LdapSettings[" + urls + "]";
    }
}

package org.claviger.settings;

import static org.claviger.settings.Setting.Kind.BY_CLASSIFICATION;
import static org.claviger.settings.Setting.Kind.LIVE;
import static org.claviger.settings.Setting.Kind.RESTART;
import static org.claviger.settings.Setting.Kind.SECRET;
import static org.claviger.settings.Setting.Type.DURATION;
import static org.claviger.settings.Setting.Type.FLAG;
import static org.claviger.settings.Setting.Type.LIST;
import static org.claviger.settings.Setting.Type.NUMBER;
import static org.claviger.settings.Setting.Type.PATH;
import static org.claviger.settings.Setting.Type.PERCENT;
import static org.claviger.settings.Setting.Type.TEXT;
import static org.claviger.settings.Setting.Type.URL;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Every setting that there is: from here they are read, the README's table is made, and {@code admin/settings} shows them. What
 * is not here cannot be read. The key is {@code claviger.} and the name.
 */
public enum Setting {
    ISSUER(
            "issuer",
            URL,
            "",
            "required; https; http on loopback only; no slash at the end",
            RESTART,
            "the address of this service"),
    ROLE(
            "role",
            TEXT,
            "issuer",
            "`issuer`, `resource-server`",
            RESTART,
            "what this deployment is, see [Resource servers](#resource-servers)"),
    KEY_ENCRYPTION_KEY(
            "key-encryption-key",
            TEXT,
            "",
            "required by an issuer; 256 bits in base64url; `file:` and a path; or `pkcs12:` and the path of a keystore, `#` and an"
                    + " alias if it holds more than one",
            SECRET,
            "`openssl rand -base64 32 | tr '+/' '-_' | tr -d '='` makes one"),
    KEY_ENCRYPTION_KEY_PASSWORD(
            "key-encryption-key-password", TEXT, "", "text, or `file:` and a path", SECRET, "of the keystore"),
    FURTHER_KEY_ENCRYPTION_KEYS(
            "further-key-encryption-keys",
            LIST,
            "",
            "each as `claviger.key-encryption-key`",
            SECRET,
            "only open what they have wrapped, see [Keys](#keys)"),
    KEYS_ROTATION_PERIOD(
            "keys.rotation-period",
            "P30D",
            range("PT1S", "P366D"),
            RESTART,
            "how long a signing key signs; not shorter than the next two and 5 s together"),
    KEYS_JWKS_MAX_AGE("keys.jwks-max-age", "PT5M", range("PT0S", "P1D"), RESTART, "the `max-age` of the JWK set"),
    KEYS_VERIFIER_CACHE(
            "keys.verifier-cache",
            "PT30M",
            range("PT0S", "P7D"),
            RESTART,
            "how long verifiers keep the JWK set whatever its `max-age` says, as SmallRye JWT does"),
    KEYS_ALGORITHM(
            "keys.algorithm",
            TEXT,
            "RS256",
            "`RS256`, `PS256`, `ES256`, `EdDSA`",
            RESTART,
            "of new signing keys; `ES256` costs verifiers on JDK 17 many times more than RSA"),
    KEYS_RSA_BITS("keys.rsa-bits", NUMBER, "2048", "`2048`, `3072`, `4096`", RESTART, "the size of new RSA keys"),
    DATABASE_URL(
            "database.url",
            TEXT,
            "jdbc:h2:file:./data/claviger",
            "`jdbc:h2:…` or `jdbc:postgresql:…`",
            SECRET,
            "where the database is, see [Database](#database)"),
    DATABASE_USER("database.user", TEXT, "", "", RESTART, "its user"),
    DATABASE_PASSWORD("database.password", TEXT, "", "", SECRET, "of that user"),
    DATABASE_DATA_SOURCE(
            "database.data-source",
            TEXT,
            "",
            "JNDI name",
            RESTART,
            "a data source of the server, in place of the three others"),
    IMPORT("import", PATH, "", "", RESTART, "the JSON file of clients and users"),
    ADMIN_USERNAME(
            "admin.username",
            TEXT,
            "",
            "",
            RESTART,
            "the first administrator, made if there is no such user; with one of the next two"),
    ADMIN_PASSWORD(
            "admin.password",
            TEXT,
            "",
            "as `claviger.password.min-length` and [passwords](docs/identity.md#passwords) say",
            SECRET,
            "of the first administrator"),
    ADMIN_PASSWORD_HASH("admin.password-hash", TEXT, "", "as `password_hash` below", SECRET, "the same, hashed"),
    PASSWORD_MIN_LENGTH(
            "password.min-length", NUMBER, "12", "8 – 64", LIVE, "how many characters a new password has at least"),
    PASSWORD_DENIED_FILE(
            "password.denied-file",
            PATH,
            "",
            "a file in UTF-8, one password a line",
            RESTART,
            "passwords that nobody may choose, beside [those](docs/identity.md#passwords) that are easy to guess"),
    IDENTITY_STORE(
            "identity-store",
            TEXT,
            "database",
            "`database`, `ldap`, `server`",
            RESTART,
            "who is asked for people whom the database does not know, see [identity](docs/identity.md)"),
    IDENTITY_STORE_GROUPS(
            "identity-store.groups",
            LIST,
            "",
            "`group`, or `theirs>ours`",
            RESTART,
            "the groups over there that come through; `claviger-admin` only as `theirs>claviger-admin`"),
    LDAP_URL(
            "ldap.url",
            LIST,
            "",
            "`ldaps://host`; `ldap://host` with StartTLS or on loopback",
            RESTART,
            "the directory"),
    LDAP_START_TLS(
            "ldap.start-tls", FLAG, "false", "`true` or `false`", RESTART, "secures each `ldap:` connection first"),
    LDAP_TRUSTED_CERTIFICATES(
            "ldap.trusted-certificates",
            PATH,
            "",
            "a file in PEM",
            RESTART,
            "whom to trust as the directory's issuer; by default those whom the JVM trusts"),
    LDAP_USER("ldap.user", TEXT, "", "a DN", RESTART, "who searches the directory"),
    LDAP_PASSWORD("ldap.password", TEXT, "", "text, or `file:` and a path", SECRET, "of that"),
    LDAP_USER_BASE("ldap.user-base", TEXT, "", "a DN", RESTART, "below which people are"),
    LDAP_USER_FILTER("ldap.user-filter", TEXT, "(objectClass=person)", "a filter", RESTART, "what people match"),
    LDAP_USERNAME_ATTRIBUTE(
            "ldap.username-attribute", TEXT, "uid", "an attribute", RESTART, "what people sign in with"),
    LDAP_ID_ATTRIBUTE(
            "ldap.id-attribute",
            TEXT,
            "entryUUID",
            "an attribute",
            RESTART,
            "what of a person never changes and is never given again; `objectGUID` in Active Directory"),
    LDAP_NAME_ATTRIBUTE("ldap.name-attribute", TEXT, "cn", "an attribute", RESTART, "the name of a person"),
    LDAP_EMAIL_ATTRIBUTE("ldap.email-attribute", TEXT, "mail", "an attribute", RESTART, "the e-mail address"),
    LDAP_GROUP_BASE("ldap.group-base", TEXT, "", "a DN", RESTART, "directly below which the groups are that count"),
    LDAP_GROUP_FILTER(
            "ldap.group-filter",
            TEXT,
            "(|(member={0})(uniqueMember={0}))",
            "a filter; `{0}`: the person's DN, `{1}`: the user name",
            RESTART,
            "the groups of a person"),
    LDAP_MEMBER_OF_ATTRIBUTE(
            "ldap.member-of-attribute",
            TEXT,
            "",
            "an attribute",
            RESTART,
            "where a person's groups stand, in place of a filter"),
    LDAP_TIMEOUT("ldap.timeout", "PT5S", range("PT1S", "PT30S"), RESTART, "of a connection and of an answer"),
    LDAP_RECHECK(
            "ldap.recheck",
            "PT5M",
            range("PT0S", "PT300S"),
            RESTART,
            "for how long new tokens rest on what the directory said of a person"),
    DATA_DIRECTORY("data-directory", PATH, "./data", "", RESTART, "where `first-administrator` is written"),
    AUDIENCE(
            "audience",
            TEXT,
            "",
            "",
            RESTART,
            "what tokens are for, and what the guard expects; by default the issuer"),
    GUARD_EXCLUDE("guard.exclude", LIST, "", "context paths", RESTART, "applications that are left alone"),
    GUARD_INCLUDE(
            "guard.include",
            LIST,
            "",
            "context paths; not together with `claviger.guard.exclude`",
            RESTART,
            "the only applications that are guarded; by default all"),
    GUARD_AUDIENCE(
            "guard.audience",
            LIST,
            "",
            "text, by application",
            RESTART,
            "whom tokens must be for; by default `claviger.audience`"),
    GUARD_REQUIRED_SCOPE(
            "guard.required-scope",
            LIST,
            "",
            "scope, by application",
            RESTART,
            "what every token must have that is shown there"),
    GUARD_ROLE_CLAIM(
            "guard.role-claim", LIST, "groups", "name, by application", RESTART, "the claim that holds the roles"),
    GUARD_ROLE_MAPPING(
            "guard.role-mapping",
            LIST,
            "",
            "`group>role`, by application",
            RESTART,
            "further roles that a group stands for"),
    GUARD_BROWSER_CLIENT(
            "guard.browser-client",
            LIST,
            "",
            "`/context=client_id`",
            RESTART,
            "applications that browsers may use by a [browser session](#browser-sessions), and the client that each is"),
    CONSOLE_CLASSIFICATION(
            "console.classification",
            TEXT,
            "restricted",
            "name of a classification",
            RESTART,
            "the rules for the administration console"),
    ROLE_CLAIMS(
            "role-claims", LIST, "roles", "at most 8 names of claims", LIVE, "further claims that carry the groups"),
    CLASSIFICATIONS(
            "classifications",
            LIST,
            "standard,sensitive,restricted",
            "names of small letters, digits and hyphens; these three there are always",
            LIVE,
            "the [classifications](#classifications) that clients may name"),
    ACCESS_TOKEN_LIFETIME(
            "access-token-lifetime",
            "PT15M",
            range("PT1S", "PT60M").advising("PT15M", "PT60M"),
            BY_CLASSIFICATION,
            "how long an access token lives"),
    REFRESH_TOKEN_IDLE_LIFETIME(
            "refresh-token-idle-lifetime",
            "P7D",
            range("PT1S", "P30D").advising("P7D", "P30D"),
            BY_CLASSIFICATION,
            "how long a refresh token lives that nobody uses"),
    REFRESH_TOKEN_ABSOLUTE_LIFETIME(
            "refresh-token-absolute-lifetime",
            "P30D",
            range("PT1S", "P30D").advising("P7D", "P30D"),
            BY_CLASSIFICATION,
            "how long it can be refreshed, however often it is used"),
    REFRESH_TOKEN_LEEWAY(
            "refresh-token-leeway",
            "PT0S",
            range("PT0S", "PT60S"),
            BY_CLASSIFICATION,
            "how long a client that lost the answer may repeat a refresh and gets the same successor, as long as that has"
                    + " not been used"),
    SESSION_IDLE_LIFETIME(
            "session-idle-lifetime",
            "PT30M",
            range("PT1M", "P30D"),
            BY_CLASSIFICATION,
            "how long a sign-in session may have been unused"),
    SESSION_ABSOLUTE_LIFETIME(
            "session-absolute-lifetime",
            "PT10H",
            range("PT1M", "P30D"),
            BY_CLASSIFICATION,
            "how long a sign-in session lives, however often it is used"),
    RENEWAL_THRESHOLD(
            "renewal-threshold",
            PERCENT,
            "80",
            "1 – 99",
            BY_CLASSIFICATION,
            "after how much of its life an access token should be renewed"),
    CONSENT_EACH_TIME(
            "consent-each-time",
            FLAG,
            "false",
            "`true` or `false`",
            BY_CLASSIFICATION,
            "whether people are asked each time what a client may do"),
    REAUTHENTICATION_AGE(
            "reauthentication-age",
            "P30D",
            range("PT1M", "P30D"),
            BY_CLASSIFICATION,
            "how old a sign-in may be when a client asks for an authorization"),
    GATEWAY_CACHE_LIFETIME(
            "gateway-cache-lifetime",
            "PT300S",
            range("PT0S", "PT300S"),
            BY_CLASSIFICATION,
            "how long a gateway may remember that a token was good"),
    AUTHORIZATION_CODE_LIFETIME(
            "authorization-code-lifetime",
            "PT60S",
            range("PT1S", "PT10M"),
            LIVE,
            "how long an authorization code can be redeemed"),
    CLIENT_SECRET_OVERLAP(
            "client-secret-overlap",
            "P1D",
            range("PT0S", "P30D"),
            LIVE,
            "how long the secret of a client stays good after it was given another, see [Clients](#clients)"),
    AUDIT_RETENTION(
            "audit.retention",
            "P400D",
            range("P1D", "P3650D"),
            LIVE,
            "how long events stay in the audit, see [Audit](#audit)"),
    REVOCATION_MAX_STALENESS(
            "revocation.max-staleness",
            "PT1M",
            range("PT5S", "PT10M"),
            RESTART,
            "how long a node that hears nothing of the others goes on, see [Many nodes](#many-nodes)"),
    PUSH(
            "push",
            LIST,
            "hazelcast,infinispan,postgresql",
            "of `hazelcast`, `infinispan`, `postgresql`; or `none`",
            RESTART,
            "what wakes other nodes, where it is there"),
    TRUSTED_PROXIES(
            "trusted-proxies",
            LIST,
            "",
            "addresses and networks",
            RESTART,
            "of proxies only: they say where requests come from"),
    FORWARDED_HEADERS(
            "forwarded-headers",
            LIST,
            "X-Forwarded-For",
            "`X-Forwarded-For` with or without `X-Forwarded-Host`, or `Forwarded`",
            RESTART,
            "what these proxies write"),
    METRICS_ADDRESSES(
            "metrics.addresses", LIST, "", "addresses and networks", RESTART, "who may read `metrics` without a token"),
    GATEWAY_HEADERS(
            "gateway.headers",
            LIST,
            "subject=X-Auth-Subject, name=X-Auth-Name, groups=X-Auth-Groups, scope=X-Auth-Scope, client=X-Auth-Client,"
                    + " expiry=X-Auth-Expiry",
            "pairs of a fact and a header",
            RESTART,
            "in which `verify` tells a gateway who calls"),
    RESOURCE_SERVER_CLIENT_ID(
            "resource-server.client-id",
            TEXT,
            "",
            "required by a resource server",
            RESTART,
            "as which it is registered at its issuer"),
    RESOURCE_SERVER_CLIENT_SECRET(
            "resource-server.client-secret",
            TEXT,
            "",
            "text, or `file:` and a path; required by a resource server",
            SECRET,
            "of that client"),
    RESOURCE_SERVER_REVOCATIONS(
            "resource-server.revocations",
            TEXT,
            "feed",
            "`feed`, `introspection`",
            RESTART,
            "how a resource server hears what has ended: it follows its issuer, or asks for each token"),
    RESOURCE_SERVER_INTROSPECTION_CACHE(
            "resource-server.introspection-cache",
            "PT60S",
            range("PT0S", "PT300S"),
            RESTART,
            "for how long it goes by what it was told of a token, where it asks"),
    BRAND_NAME("brand.name", TEXT, "Claviger", "at most 200 characters", LIVE, "stands on every page"),
    BRAND_LOGO("brand.logo", PATH, "", "a `.png` or `.svg` file", RESTART, "stands on every page too"),
    BRAND_COLOR("brand.color", TEXT, "", "`#rrggbb`", LIVE, "of buttons"),
    BRAND_CSS("brand.css", PATH, "", "a file", RESTART, "further styles"),
    BRAND_TEXTS(
            "brand.texts",
            PATH,
            "",
            "a `.properties` file",
            RESTART,
            "texts that replace those of the pages, and words for scopes");

    private static final String PREFIX = "claviger.";
    private static final Pattern OF_CLASSIFICATION = Pattern.compile("^claviger\\.classification\\.[^.]+\\.");

    private final String name;
    private final Type type;
    private final String byDefault;

    @SuppressWarnings("ImmutableEnumChecker") // a record of durations
    private final Optional<Range> range;

    private final String accepted;
    private final Kind kind;
    private final String meaning;

    /** What a value is. */
    public enum Type {
        TEXT("text", ""),
        LIST("comma-separated list", ""),
        URL("URL", ""),
        PATH("path", ""),
        FLAG("boolean", ""),
        NUMBER("number", ""),
        PERCENT("number", "percent"),
        DURATION("duration", "ISO 8601");

        private final String word;
        private final String unit;

        Type(String word, String unit) {
            this.word = word;
            this.unit = unit;
        }

        /** For people. */
        public String word() {
            return word;
        }

        /** Empty where there is none. */
        public String unit() {
            return unit;
        }
    }

    /** Who may change it, and when that takes effect. */
    public enum Kind {
        /** By configuration and a restart only. */
        RESTART,
        /** The same, and its value is shown nowhere. */
        SECRET,
        /** By an administrator too, on every node within seconds. */
        LIVE,
        /** The same, for all classifications or for one. */
        BY_CLASSIFICATION
    }

    Setting(String name, Type type, String byDefault, String accepted, Kind kind, String meaning) {
        this(name, type, byDefault, Optional.empty(), accepted, kind, meaning);
    }

    Setting(String name, String byDefault, Range range, Kind kind, String meaning) {
        this(name, DURATION, byDefault, Optional.of(range), range.toString(), kind, meaning);
    }

    Setting(
            String name,
            Type type,
            String byDefault,
            Optional<Range> range,
            String accepted,
            Kind kind,
            String meaning) {
        this.name = name;
        this.type = type;
        this.byDefault = byDefault;
        this.range = range;
        this.accepted = accepted;
        this.kind = kind;
        this.meaning = meaning;
    }

    private static Range range(String least, String most) {
        return new Range(Duration.parse(least), Duration.parse(most), Optional.empty());
    }

    /**
     * The durations that are accepted; outside the advised ones there is a warning.
     *
     * @param least and that itself
     * @param most and that itself
     */
    public record Range(Duration least, Duration most, Optional<Range> advised) {
        Range advising(String from, String to) {
            return new Range(least, most, Optional.of(range(from, to)));
        }

        boolean contains(Duration value) {
            return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
        }

        /** For people, with the same unit on both sides where that is whole. */
        @Override
        public String toString() {
            return words(least) + " – " + words(most);
        }

        private static String words(Duration duration) {
            if (!duration.isZero() && duration.toSeconds() % 86_400 == 0) {
                return duration.toDays() == 1 ? "1 day" : duration.toDays() + " days";
            }
            return duration.toSeconds() % 60 == 0 && duration.toSeconds() > 300
                    ? duration.toMinutes() + " min"
                    : duration.toSeconds() + " s";
        }
    }

    /** The key in MicroProfile Config, such as {@code claviger.issuer}. */
    public String key() {
        return PREFIX + name;
    }

    /** The key for one classification; the plain one for the empty name, which stands for all. */
    public String key(String classification) {
        return classification.isEmpty() ? key() : PREFIX + "classification." + classification + "." + name;
    }

    /** The setting that is read by this plain key. */
    public static Optional<Setting> find(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key().equals(key))
                .findFirst();
    }

    /** The plain key of one that is for a classification; any other as it is. */
    public static String keyForAll(String key) {
        return OF_CLASSIFICATION.matcher(key).replaceFirst(PREFIX);
    }

    public Type type() {
        return type;
    }

    /** What it is where nothing is configured; empty for nothing, or for what the meaning says. */
    public String byDefault() {
        return byDefault;
    }

    /** Of a duration. */
    public Optional<Range> range() {
        return range;
    }

    /** The values that are accepted, in words; empty for any. */
    public String accepted() {
        return accepted;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether an administrator can change it without a restart. */
    public boolean isLive() {
        return kind == LIVE || kind == BY_CLASSIFICATION;
    }

    /** Whether its value is shown nowhere. */
    public boolean isSecret() {
        return kind == SECRET;
    }

    /** One line of Markdown for people. */
    public String meaning() {
        return meaning;
    }
}

package org.claviger;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.client.NewClient;
import org.claviger.database.Database;
import org.claviger.database.Freshness;
import org.claviger.database.WatchedClock;
import org.claviger.identity.NewResourceOwner;
import org.claviger.identity.ResourceOwners;
import org.claviger.jose.SigningKey;
import org.claviger.key.KeyWrap;
import org.claviger.key.MacKeys;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.revocation.RevocationRepository;
import org.claviger.revocation.RevocationView;
import org.claviger.settings.Classification;
import org.claviger.settings.Lifetimes;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.function.Executable;

/** What many tests begin with. */
public final class Fixture {
    public static final String ISSUER = "https://id.example.org/api/v2/auth";

    /** 32 bytes in base64url. */
    public static final String KEY_ENCRYPTION_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

    /** As long as a client secret must be. */
    public static final String SECRET = "0123456789abcdef0123456789abcdef";

    /** The verifier and the challenge of RFC 7636 appendix B. */
    public static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    public static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    public static final SecureRandom RANDOM = new SecureRandom();
    public static final RandomTokens TOKENS = new RandomTokens(RANDOM);

    private Fixture() {}

    /** Made once for all tests; who changes the keys in the database loads keys of its own. */
    public static final class Keys {
        public static final MacKeys MAC;
        public static final SigningKeys SIGNING;

        static {
            Database database = TestDatabase.empty();
            WatchedClock clock = new WatchedClock(new TestClock(), database);
            MAC = MacKeys.load(database, keyWrap(), RANDOM, clock);
            SIGNING = SigningKeys.load(Fixture::settings, database, keyWrap(), RANDOM, clock);
        }

        private Keys() {}
    }

    /** The one that signs in tests. */
    public static SigningKey signingKey() {
        try {
            return Keys.SIGNING.current(Optional.empty());
        } catch (OAuthException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static SecretKey keyEncryptionKey(String bytes) {
        return new SecretKeySpec(Arrays.copyOf(bytes.getBytes(StandardCharsets.US_ASCII), 32), "AES");
    }

    public static KeyWrap keyWrap() {
        return keyWrap("the key-encryption key of tests");
    }

    /** Wraps by the first, and opens what any of them has wrapped. */
    public static KeyWrap keyWrap(String first, String... further) {
        return new KeyWrap(
                keyEncryptionKey(first),
                Stream.of(further).map(Fixture::keyEncryptionKey).toList(),
                RANDOM);
    }

    /** The smallest settings that are complete, and on top of them these keys and values. */
    public static Settings settings(String... keysAndValues) {
        Map<String, String> values = new HashMap<>();
        values.put("claviger.issuer", ISSUER);
        values.put("claviger.key-encryption-key", KEY_ENCRYPTION_KEY);
        values.put("claviger.data-directory", "target/data");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return Settings.read(key -> Optional.ofNullable(values.get(key)));
    }

    /** Those of a client that names no classification, where nothing is configured. */
    public static Lifetimes lifetimes(ClientId any) {
        return settings().classification(Classification.STANDARD).lifetimes();
    }

    /** JSON, for easier reading in single quotes. */
    public static JsonObject json(String text) {
        try (JsonReader reader = Json.createReader(new StringReader(text.replace('\'', '"')))) {
            return reader.readObject();
        }
    }

    /** A client as registration reads it; whatever was registered before is gone. */
    public static Client client(String metadata) {
        JsonObject entry = json(metadata);
        Clients clients = clients(TestDatabase.empty(), entry);
        return clients.find(new ClientId(entry.getString("client_id"))).orElseThrow();
    }

    /** These clients; a confidential one without a secret gets {@link #SECRET}. */
    public static Clients clients(Database database, JsonObject... entries) {
        Clients clients = new Clients(database, Keys.MAC, new TestClock());
        for (JsonObject entry : entries) {
            boolean complete = entry.getString("token_endpoint_auth_method", "").equals("none")
                    || entry.containsKey("client_secret");
            register(
                    clients,
                    complete
                            ? entry
                            : Json.createObjectBuilder(entry)
                                    .add("client_secret", SECRET)
                                    .build(),
                    "");
        }
        clients.refresh();
        return clients;
    }

    /** Registers a client as an import does. */
    public static void register(Clients clients, JsonObject entry, String pointer) {
        TestDatabase.database()
                .changeAlone(clients.registration(NewClient.parse(
                        entry, pointer, settings().classifications().names())));
    }

    /** Registers a user as an import does. */
    public static void register(ResourceOwners owners, JsonObject entry, String pointer) {
        TestDatabase.database().changeAlone(owners.registration(NewResourceOwner.parse(entry, pointer)));
    }

    /** Stores a user whose password is {@code passwd}, hashed by a single round so that tests need not wait. */
    public static String user(String username, boolean enabled, String... groups) {
        String subject = TOKENS.identifier();
        TestDatabase.execute(
                "insert into resource_owner (subject, username, password_hash, enabled) values (?, ?, ?, ?)",
                subject,
                username,
                // RFC 7914 section 11: PBKDF2-HMAC-SHA-256 (P="passwd", S="salt", c=1), first 32 bytes
                "pbkdf2-sha256$1$c2FsdA$VawEblbjCJ_sFpHCJUS2BflBhSFt3gRl5oudV8INrLw",
                enabled);
        for (String group : groups) {
            TestDatabase.execute("insert into resource_owner_group values (?, ?)", subject, group);
        }
        return subject;
    }

    /** That clock, beside the one of the test database. */
    public static WatchedClock watched(Clock clock) {
        return new WatchedClock(clock, TestDatabase.database());
    }

    /** For what never becomes stale. */
    public static Freshness fresh() {
        return new Freshness(Duration.ofMinutes(1), new TestClock(), () -> 0);
    }

    /** Revocations by a clock that stands still. */
    public static RevocationRepository revocations() {
        return revocations(new TestClock());
    }

    /** Revocations as one node knows them, whose database has the same time. */
    public static RevocationRepository revocations(Clock clock) {
        return revocations(TestDatabase.database(), clock);
    }

    public static RevocationRepository revocations(Database database, Clock clock) {
        return new RevocationRepository(
                database, RevocationView.load(database, clock, fresh()), entities -> clock.instant());
    }

    /** The refusal that this must end with. */
    public static OAuthException refusal(Executable call) {
        return Assertions.assertThrows(OAuthException.class, call);
    }
}

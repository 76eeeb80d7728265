package org.claviger.it;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.assertRefused;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.Person.location;
import static org.claviger.it.Person.refreshToken;
import static org.claviger.it.RunningClaviger.json;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Today's build on the database that an earlier one has left (written by {@link UpgradeDumpIT}, at migration 6), without the import file
 * of that time: what clients and browsers held then goes on. Flyway compares the migrations that were applied then with those of today,
 * so one that is edited afterwards fails here.
 */
class UpgradeIT {
    private static final Path BEFORE = Path.of("src/test/resources/upgrade");
    private static final boolean H2 = System.getProperty("it.database", "h2").equals("h2");

    private static final Properties HELD = new Properties();
    private static RunningClaviger claviger;

    @BeforeAll
    static void start() throws Exception {
        try (Reader reader = Files.newBufferedReader(BEFORE.resolve("held.properties"))) {
            HELD.load(reader);
        }
        Path folder = Path.of("target/it/upgrade-" + (H2 ? "h2" : "postgresql"));
        Map<String, String> database = H2
                ? Map.of("CLAVIGER_DATABASE_URL", "jdbc:h2:file:" + folder.toAbsolutePath() + "/claviger")
                : Postgres.shared().newDatabase();
        claviger = RunningClaviger.prepare(folder, database);
        Path nothing = Files.writeString(folder.resolve("nothing.json"), "{\"clients\": [], \"users\": []}");
        claviger.set("CLAVIGER_IMPORT", nothing.toString());
        UpgradeDump.load(Files.readString(BEFORE.resolve("database.sql")), database);
        claviger.start();
    }

    @AfterAll
    static void stop() {
        if (claviger != null) {
            claviger.close();
        }
    }

    @Test
    void refresh_tokens_go_on() throws Exception {
        String token = HELD.getProperty("refresh-token");
        for (int i = 0; i < 3; i++) {
            token = refreshToken(Person.refresh(claviger, token));
        }
    }

    @Test
    void what_was_used_is_still_reuse_and_ends_what_came_after_it() throws Exception {
        String successor = HELD.getProperty("refresh-token.successor");
        assertThat(isActive(successor)).isTrue();

        assertRefused(Person.refresh(claviger, HELD.getProperty("refresh-token.used")), 400, "invalid_grant");

        assertThat(isActive(successor)).isFalse();
        assertRefused(Person.refresh(claviger, successor), 400, "invalid_grant");
    }

    private static boolean isActive(String token) throws Exception {
        return json(new Flow(claviger).introspect("web", token)).getBoolean("active");
    }

    @Test
    void who_was_signed_in_and_has_consented_is_not_asked_again() throws Exception {
        Person alice = new Person(claviger);
        alice.cookies()
                .putAll(HELD.stringPropertyNames().stream()
                        .filter(name -> name.startsWith("cookie."))
                        .collect(toMap(name -> name.substring("cookie.".length()), HELD::getProperty)));

        assertThat(location(alice.authorize(claviger))).contains("code=");
        assertThat(Person.redeem(claviger, alice.code(claviger)).statusCode()).isEqualTo(200);
    }

    @Test
    void users_and_clients_are_who_they_were() throws Exception {
        Person alice = new Person(claviger);

        location(alice.signIn(claviger, alice.authorize(claviger)));
        assertRefused(
                claviger.post(
                        "/api/v2/auth/token",
                        RunningClaviger.form("grant_type", "client_credentials"),
                        "Authorization",
                        RunningClaviger.basic("service", "x".repeat(40))),
                401,
                "invalid_client");
    }

    @Test
    void the_key_that_signed_signs_and_is_published() throws Exception {
        String kid = HELD.getProperty("kid");
        String token = granted(new Flow(claviger).token("service", "grant_type", "client_credentials"))
                .getString("access_token");

        assertThat(Jwts.header(token).getString("kid")).isEqualTo(kid);
        assertThat(claviger.get("/api/v2/auth/jwks").body()).contains(kid);
        assertThat(claviger.get("/demo/api/open", "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void nothing_is_complained_about() throws Exception {
        assertThat(claviger.log()).doesNotContain("CLAVIGER-01", "CLAVIGER-02", "CLAVIGER-05", "CLAVIGER-06");
    }
}

package org.claviger.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.Flow.granted;
import static org.claviger.it.RunningClaviger.json;

import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two nodes on one PostgreSQL whose keys rotate every few seconds. The profile {@code stress} makes the storms long. The tests are
 * one story, in this order.
 */
@Tag("postgresql")
@TestMethodOrder(OrderAnnotation.class)
@ExtendWith(NoSecondChance.class)
class KeyRotationIT {
    private static final Duration PERIOD = Duration.ofSeconds(8);

    /** What verifiers are promised: the max-age of the JWK set and the time that they may keep it besides. */
    private static final Duration CACHE = Duration.ofSeconds(2);

    private static final Duration STORM = Duration.parse(System.getProperty("it.storm", "PT20S"));
    private static final String OLD_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final String NEW_KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    private static final String KEYS = "/api/v2/auth/admin/keys";

    private static Map<String, String> database;
    private static RunningClaviger one;
    private static RunningClaviger two;
    private static String adminToken;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.shared().newDatabase();
        one = RunningClaviger.prepare(Path.of("target/it/keys-one"), database);
        one.set("CLAVIGER_KEYS_ROTATION_PERIOD", PERIOD.toString());
        one.set("CLAVIGER_KEYS_VERIFIER_CACHE", "PT1S");
        one.set("CLAVIGER_KEYS_JWKS_MAX_AGE", "PT1S");
        // The first half of a change of the key-encryption key: every node can open what the new one will wrap.
        one.set("CLAVIGER_FURTHER_KEY_ENCRYPTION_KEYS", NEW_KEY);
        one.set("CLAVIGER_TRUSTED_PROXIES", "127.0.0.1");
        one.set("CLAVIGER_FORWARDED_HEADERS", "X-Forwarded-For, X-Forwarded-Host");
        two = one.prepareNode(Path.of("target/it/keys-two"));
        one.deploy(Matrix.microProfile(one.issuer()));
        one.start();
        two.start();
        adminToken = new Flow(one).serviceToken("operator", "scope", "claviger:admin");
    }

    @AfterAll
    static void stop() {
        if (two != null) {
            two.close();
        }
        if (one != null) {
            one.close();
        }
    }

    // --- What is asked of the nodes ---

    private static List<JsonObject> keys(RunningClaviger node) throws InterruptedException, IOException {
        return granted(node.get(KEYS, asAdministrator())).getJsonArray("keys").getValuesAs(JsonObject.class);
    }

    private static HttpResponse<String> change(RunningClaviger node, String path)
            throws InterruptedException, IOException {
        return node.send(node.request(KEYS + path, asAdministrator()).POST(BodyPublishers.noBody()));
    }

    /** Through the proxy that stands before both nodes: administration answers on the issuer's own host only. */
    private static String[] asAdministrator() {
        return new String[] {
            "Authorization", "Bearer " + adminToken,
            "X-Forwarded-For", "192.0.2.1",
            "X-Forwarded-Host", "127.0.0.1:" + one.port()
        };
    }

    private static JsonObject signer(RunningClaviger node) throws InterruptedException, IOException {
        return keys(node).stream()
                .filter(key -> key.getString("state").equals("signing"))
                .findFirst()
                .orElseThrow();
    }

    private static String token(RunningClaviger node) throws InterruptedException, IOException {
        return new Flow(node).serviceToken("service");
    }

    private static int call(RunningClaviger node, String token) throws InterruptedException, IOException {
        return node.get("/plain/api/orders", "Authorization", "Bearer " + token).statusCode();
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Await.until(what, Duration.ofSeconds(60), condition);
    }

    /** Both nodes know the same keys, and each signs when the one before it retires, a period later. */
    private static void assertOneSuccessorPerPeriod(Instant from) throws Exception {
        await("both nodes know the same", () -> instants(one).equals(instants(two)));
        List<JsonObject> line = keys(one);
        for (int i = 1; i < line.size(); i++) {
            Instant signs = Instant.parse(line.get(i).getString("signs_from"));
            assertThat(line.get(i - 1).getString("retired_at")).isEqualTo(signs.toString());
            if (signs.isAfter(from)) {
                assertThat(Duration.between(Instant.parse(line.get(i - 1).getString("signs_from")), signs))
                        .as("%s", line)
                        .isBetween(PERIOD, PERIOD.plusSeconds(10)); // to make a key takes its time on a busy machine
            }
        }
    }

    private static List<String> instants(RunningClaviger node) throws InterruptedException, IOException {
        return keys(node).stream()
                .map(key -> key.getString("kid")
                        + key.getString("announced_at")
                        + key.getString("signs_from")
                        + key.getString("retired_at"))
                .toList();
    }

    // --- The story ---

    @Test
    @Order(1)
    void a_storm_of_tokens_sees_no_rotation() throws Exception {
        Instant from = Instant.parse(signer(one).getString("signs_from"));
        try (KeyStorm storm = new KeyStorm(List.of(one, two), CACHE)) {
            Thread.sleep(STORM.toMillis());
            storm.end();
            System.out.println("Storm of " + STORM + ": " + storm);
            storm.assertNothingWasRejected();
            assertThat(storm.kids).hasSizeGreaterThanOrEqualTo(2);
        }
        assertOneSuccessorPerPeriod(from);
    }

    @Test
    @Order(2)
    void a_node_that_is_killed_and_comes_back_is_missed_by_nobody() throws Exception {
        Instant from = Instant.parse(signer(one).getString("signs_from"));
        try (KeyStorm storm = new KeyStorm(List.of(one, two), CACHE)) {
            Thread.sleep(STORM.toMillis() / 3);
            storm.expectDown(two);
            two.kill();
            Thread.sleep(STORM.toMillis() / 3);
            two.start();
            storm.expectUp(two);
            Thread.sleep(STORM.toMillis() / 3);
            storm.end();
            System.out.println("Storm of " + STORM + " with a killed node: " + storm);
            storm.assertNothingWasRejected();
        }
        assertOneSuccessorPerPeriod(from);
        assertThat(one.log() + two.log()).doesNotContain("CLAVIGER-0500", "CLAVIGER-0204", "CLAVIGER-0208");
    }

    @Test
    @Order(3)
    void verifiers_of_others_keep_accepting_across_rotations() throws Exception {
        DefaultJWTParser patient = smallRye();
        patient.parse(token(one)); // it has read the set, and reads it again 30 minutes later at the earliest
        DefaultJWTParser eager = smallRye();
        String first = signer(one).getString("kid");
        List<String> seen = new ArrayList<>(List.of(first));
        while (seen.size() < 3) {
            String token = new Flow(one).serviceToken("microprofile");
            HttpResponse<String> answer = one.get("/microprofile/api/subject", "Authorization", "Bearer " + token);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("microprofile");
            assertThat(two.get("/demo/api/user", "Authorization", "Bearer " + token)
                            .statusCode())
                    .isEqualTo(200);
            String kid = Jwts.header(token).getString("kid");
            if (!kid.equals(seen.get(seen.size() - 1))) {
                seen.add(kid);
            }
            if (seen.size() <= 2) { // as new as that set is
                assertThat(patient.parse(token).getSubject()).isEqualTo("microprofile");
            }
            if (seen.size() > 1) {
                assertThat(eager.parse(token).getSubject()).isEqualTo("microprofile");
            }
            Thread.sleep(100);
        }
    }

    /** Its own settings, except for where to look. */
    private static DefaultJWTParser smallRye() {
        JWTAuthContextInfo context = new JWTAuthContextInfo();
        context.setPublicKeyLocation(one.issuer() + "/jwks");
        context.setIssuedBy(one.issuer());
        return new DefaultJWTParser(context);
    }

    @Test
    @Order(4)
    void the_list_is_for_administrators_only() throws Exception {
        String service = token(one);
        for (String header : List.of("Bearer " + service, "Basic " + RunningClaviger.base64("root:password of root"))) {
            assertThat(one.get(KEYS, "Authorization", header).statusCode()).isEqualTo(401);
            for (String path : List.of("/rotate", "/x/retire", "/x/compromised")) {
                HttpResponse<String> refused = one.send(
                        one.request(KEYS + path, "Authorization", header).POST(BodyPublishers.noBody()));
                assertThat(refused.statusCode()).as(path).isEqualTo(401);
            }
        }
        assertThat(change(one, "/unknown/retire").statusCode()).isEqualTo(404);
        assertThat(change(one, "/unknown/compromised").statusCode()).isEqualTo(404);
        HttpResponse<String> page =
                one.get(KEYS, "Authorization", "Bearer " + adminToken, "Accept", "text/html", "Accept-Language", "de");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'");
        assertThat(page.body())
                .contains("<svg", "Signaturschlüssel", signer(one).getString("kid"));
        HttpResponse<String> list = one.get(KEYS, "Authorization", "Bearer " + adminToken, "Accept", "*/*");
        assertThat(list.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/json");
        assertThat(json(list).getJsonObject("next_change").getString("at")).endsWith("Z");
    }

    @Test
    @Order(5)
    void a_key_that_is_retired_signs_no_more_within_seconds_and_its_tokens_stay_good() throws Exception {
        String token = token(two);
        String kid = Jwts.header(token).getString("kid");

        assertThat(change(one, "/" + kid + "/retire").statusCode()).isEqualTo(200);

        await("another signs", () -> !Jwts.header(token(two)).getString("kid").equals(kid));
        assertThat(call(one, token)).isEqualTo(200);
        assertThat(call(two, token)).isEqualTo(200);
    }

    @Test
    @Order(6)
    void the_tokens_of_a_compromised_key_are_refused_everywhere_within_two_seconds() throws Exception {
        String token = token(two);
        String kid = Jwts.header(token).getString("kid");
        assertThat(call(two, token)).isEqualTo(200);

        assertThat(change(one, "/" + kid + "/compromised").statusCode()).isEqualTo(200);

        long done = System.nanoTime();
        assertThat(call(one, token)).isEqualTo(401);
        assertThat(one.get("/api/v2/auth/jwks").body()).doesNotContain(kid);
        while (call(two, token) == 200) {
            Thread.sleep(5);
        }
        Duration taken = Duration.ofNanos(System.nanoTime() - done);
        System.out.println("A compromised key was refused by the other node after " + taken.toMillis() + " ms");
        assertThat(taken).isLessThan(Duration.ofSeconds(2));
        assertThat(two.get("/api/v2/auth/jwks").body()).doesNotContain(kid);
        assertThat(call(two, token(one))).isEqualTo(200);
        assertThat(one.awaitLog("KEY_COMPROMISED")).contains("by=\"operator\"");
        adminToken = new Flow(one).serviceToken("operator", "scope", "claviger:admin");
    }

    // --- At rest ---

    private static List<List<String>> dump() throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(
                        database.get("CLAVIGER_DATABASE_URL"),
                        database.get("CLAVIGER_DATABASE_USER"),
                        database.get("CLAVIGER_DATABASE_PASSWORD"));
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet found = statement.executeQuery(
                    "select table_name from information_schema.tables where table_schema = 'public'")) {
                while (found.next()) {
                    tables.add(found.getString(1));
                }
            }
            for (String table : tables) {
                try (ResultSet found = statement.executeQuery("select * from " + table)) {
                    while (found.next()) {
                        List<String> row = new ArrayList<>(List.of(table));
                        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                            row.add(String.valueOf(found.getString(i)));
                        }
                        rows.add(row);
                    }
                }
            }
        }
        return rows;
    }

    /** What a key-encryption key opens, with nothing of the code under test. */
    private static byte[] open(String wrapped, String kek, String purpose) throws GeneralSecurityException {
        byte[] whole = Base64.getUrlDecoder().decode(wrapped.substring(wrapped.indexOf('.') + 1));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.DECRYPT_MODE,
                new SecretKeySpec(Base64.getUrlDecoder().decode(kek), "AES"),
                new GCMParameterSpec(128, whole, 0, 12));
        cipher.updateAAD(purpose.getBytes(UTF_8));
        return cipher.doFinal(whole, 12, whole.length - 12);
    }

    @Test
    @Order(7)
    void a_dump_of_the_database_shows_no_key() throws Exception {
        List<List<String>> rows = dump();
        String text = String.join(
                "\n", rows.stream().map(row -> String.join("|", row)).toList());
        List<byte[]> secrets = new ArrayList<>();
        for (List<String> row : rows) {
            for (String column : row) {
                if (column.matches("[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{80,}")) {
                    secrets.addAll(secrets(row, column));
                }
            }
        }

        // five MAC keys at least, and the private members of a signing key and its successor
        assertThat(secrets).hasSizeGreaterThan(5 + 2 * 6);
        for (byte[] secret : secrets) {
            assertAbsent(text, secret);
        }
        assertThat(text).contains("signing_key", "mac_key").doesNotContain("PRIVATE", "\"d\"", "\"p\"", "\"q\"");
    }

    private static List<byte[]> secrets(List<String> row, String wrapped) throws GeneralSecurityException {
        if (row.get(0).equals("mac_key")) {
            return List.of(open(wrapped, OLD_KEY, "mac " + row.get(1) + " " + row.get(2)));
        }
        assertThat(row.get(0)).isEqualTo("signing_key");
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(open(wrapped, OLD_KEY, "signing " + row.get(1))));
        return List.of(
                        key.getPrivateExponent(),
                        key.getPrimeP(),
                        key.getPrimeQ(),
                        key.getPrimeExponentP(),
                        key.getPrimeExponentQ(),
                        key.getCrtCoefficient())
                .stream()
                .map(BigInteger::toByteArray)
                .toList();
    }

    /** In hexadecimal, in decimal, and in base64 however it is aligned. */
    private static void assertAbsent(String text, byte[] secret) {
        String lower = text.toLowerCase(Locale.ROOT);
        assertThat(lower.contains(HexFormat.of().formatHex(secret, 1, 17))).isFalse();
        assertThat(text.contains(new BigInteger(1, secret).toString())).isFalse();
        for (int offset = 0; offset < 3; offset++) {
            byte[] some = Arrays.copyOfRange(secret, 1 + offset, 1 + offset + 24);
            assertThat(text.contains(Base64.getUrlEncoder().encodeToString(some)))
                    .isFalse();
            assertThat(text.contains(Base64.getEncoder().encodeToString(some))).isFalse();
        }
    }

    @Test
    @Order(8)
    void the_key_encryption_key_changes_while_tokens_are_issued() throws Exception {
        try (KeyStorm storm = new KeyStorm(List.of(one, two), CACHE)) {
            for (RunningClaviger node : List.of(two, one)) {
                node.set("CLAVIGER_KEY_ENCRYPTION_KEY", NEW_KEY);
                node.set("CLAVIGER_FURTHER_KEY_ENCRYPTION_KEYS", OLD_KEY);
                storm.expectDown(node);
                node.restart();
                storm.expectUp(node);
            }
            await("every key is wrapped anew", () -> wrappedBy(OLD_KEY) == 0);
            storm.end();
            System.out.println("Change of the key-encryption key: " + storm);
            storm.assertNothingWasRejected();
        }
        assertThat(one.log() + two.log()).doesNotContain("CLAVIGER-0207", "CLAVIGER-0204", "CLAVIGER-0208");
        two.set("CLAVIGER_FURTHER_KEY_ENCRYPTION_KEYS", "");
        two.restart();
        assertThat(call(two, token(one))).isEqualTo(200);
        assertThat(call(one, token(two))).isEqualTo(200);
    }

    private static long wrappedBy(String kek) throws SQLException {
        return dump().stream()
                .filter(row -> row.get(0).equals("mac_key") || row.get(0).equals("signing_key"))
                .filter(row ->
                        row.stream().anyMatch(column -> column.matches("[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{80,}")))
                .filter(row -> row.stream().anyMatch(column -> opens(row, column, kek)))
                .count();
    }

    private static boolean opens(List<String> row, String wrapped, String kek) {
        if (!wrapped.matches("[A-Za-z0-9_-]{11}\\.[A-Za-z0-9_-]{80,}")) {
            return false;
        }
        try {
            open(
                    wrapped,
                    kek,
                    row.get(0).equals("mac_key") ? "mac " + row.get(1) + " " + row.get(2) : "signing " + row.get(1));
            return true;
        } catch (GeneralSecurityException other) {
            return false;
        }
    }
}

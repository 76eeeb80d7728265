package org.claviger.setup;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.SettingsException;
import org.claviger.setup.FirstAdministrator.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstAdministratorTest {
    private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
    private static final Pattern CODE = Pattern.compile("(?m)^    ([A-Za-z0-9_-]{43})$");
    private static final String PASSWORD = "a lighthouse at night";
    private static final Map<String, String> CONFIGURED =
            Map.of("claviger.admin.username", "root", "claviger.admin.password", PASSWORD);

    private static final List<SetupFixture> NODES = SetupFixture.twoNodes();

    private final SetupFixture node = NODES.get(0);
    private final List<String> log = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public synchronized void publish(LogRecord line) {
            log.add(new SimpleFormatter().formatMessage(line));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private Instant now = START;
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @TempDir
    private Path folder;

    @BeforeEach
    void listen() {
        NODES.forEach(SetupFixture::clear);
        Logger.getLogger("org.claviger").addHandler(listener);
    }

    @AfterEach
    void close() {
        Logger.getLogger("org.claviger").removeHandler(listener);
    }

    @AfterAll
    static void closeAll() {
        NODES.forEach(SetupFixture::close);
    }

    @Test
    void the_settings_name_an_administrator_who_can_sign_in() throws Exception {
        start(CONFIGURED);
        assertThat(node.resourceOwners.authenticate("root", PASSWORD).isAdministrator())
                .isTrue();
        assertThat(file()).doesNotExist();
        assertThat(log)
                .singleElement()
                .asString()
                .startsWith("ADMINISTRATOR_CREATED by=\"the settings\" name=\"root\" subject=\"");
    }

    @Test
    void the_administrator_is_found_in_the_audit_by_what_never_changes() throws Exception {
        node.sql("delete from audit_event");
        start(CONFIGURED);

        assertThat(node.count("from AuditRow a join ResourceOwnerRow u on u.subject = a.subject"
                        + " where a.event = 'ADMINISTRATOR_CREATED' and u.username = 'root'"))
                .isEqualTo(1);
    }

    @Test
    void a_hash_serves_as_well_as_a_password() throws Exception {
        start(Map.of(
                "claviger.admin.username",
                "root",
                "claviger.admin.password-hash",
                // of "password of bob", as in ImportTest
                "pbkdf2-sha256$600000$AAECAwQFBgcICQoLDA0ODw$WvpTWxq4VTsP3PEdVLP7MNI2u3YIfkZEEfMbPu1QYnE"));
        assertThat(node.resourceOwners.authenticate("root", "password of bob").isAdministrator())
                .isTrue();
    }

    @Test
    void a_user_who_is_there_already_is_left_as_is() throws OAuthException {
        start(CONFIGURED);
        node.sql("update resource_owner set full_name = 'Renamed'");
        start(Map.of("claviger.admin.username", "root", "claviger.admin.password", "another password"));
        assertThat(node.resourceOwners.authenticate("root", PASSWORD).name()).hasValue("Renamed");
    }

    @Test
    void a_configured_user_who_is_no_administrator_stays_none_and_the_log_says_so() {
        start(CONFIGURED);
        node.sql("update resource_owner set enabled = false");
        log.clear();
        start(CONFIGURED);
        assertThat(node.count("from ResourceOwnerRow where enabled = false")).isEqualTo(1);
        assertThat(log).singleElement().asString().startsWith("CLAVIGER-0304 nobody administers");
        assertThat(file()).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'a\tb' | password of root | | claviger.admin.username: must be 1 to 255",
                "root | Root-1234567 | | claviger.admin.password: is too easy to guess",
                "root | eleven char | | claviger.admin.password: must have at least 12 characters",
                "root | | $2b$12$abcdefghijklmnopqrstuv | claviger.admin.password-hash: must be pbkdf2-sha256$",
            })
    void what_no_sign_in_could_use_is_refused_by_its_key(
            String username, String password, String hash, String message) {
        Map<String, String> settings = new HashMap<>();
        settings.put("claviger.admin.username", username);
        settings.put("claviger.admin.password", password);
        settings.put("claviger.admin.password-hash", hash);
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> start(settings))
                .withMessageStartingWith(message);
        assertThat(node.count("from ResourceOwnerRow")).isZero();
    }

    @Test
    void T16_an_administrator_cannot_have_the_name_of_a_client() throws IOException {
        Path clients = Files.writeString(
                folder.resolve("import.json"),
                """
                {"clients": [{"client_id": "root", "client_secret": "0123456789abcdef0123456789abcdef",
                              "grant_types": ["client_credentials"]}]}""");
        node.importing(Map.of()).read(clients.toString());
        node.clients.refresh();
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> start(CONFIGURED))
                .withMessage("claviger.admin.username: is the client_id of a client");
        assertThat(start(Map.of()).isFree("root")).isFalse();
    }

    @Test
    void without_an_administrator_a_file_that_only_its_owner_reads_holds_a_code() throws IOException {
        Files.writeString(folder.resolve("first-administrator"), "left behind, for all to read");
        FirstAdministrator open = start(Map.of());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file()))
                .contains("https://id.example.org/api/v2/auth/setup\n", "until 2026-01-01T12:15:00Z");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
        assertThat(open.isOpen()).isTrue();
        assertThat(open.isCode(code())).isTrue();
        assertThat(open.isCode(code().substring(1))).isFalse();
        assertThat(open.isCode("")).isFalse();
    }

    @Test
    void neither_the_log_nor_the_database_knows_the_code() throws IOException {
        start(Map.of());
        assertThat(log)
                .singleElement()
                .asString()
                .isEqualTo("CLAVIGER-0301 nobody administers this installation yet; the file " + file()
                        + " says how to, until 2026-01-01T12:15:00Z");
        assertThat(node.count("from SetupCodeRow where codeHash = '" + code() + "'"))
                .isZero();
        assertThat(node.count("from SetupCodeRow")).isEqualTo(1);
    }

    @Test
    void the_folder_is_made_where_there_is_none_and_nobody_else_may_enter_it() throws IOException {
        Path made = folder.resolve("new/data");
        start(Map.of("claviger.data-directory", made.toString()));
        assertThat(made.resolve("first-administrator")).exists();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
    }

    @Test
    void a_folder_that_cannot_be_written_is_no_failure_but_a_line_in_the_log() throws IOException {
        Path noFolder = Files.writeString(folder.resolve("data"), "");
        FirstAdministrator closed = start(Map.of("claviger.data-directory", noFolder.toString()));
        assertThat(closed.isOpen()).isFalse();
        assertThat(log)
                .singleElement()
                .asString()
                .startsWith("CLAVIGER-0302 nobody administers this installation yet, and " + noFolder
                        + "/first-administrator cannot be written");
    }

    @Test
    void the_code_makes_an_administrator_once() throws Exception {
        FirstAdministrator open = start(Map.of());
        String code = code();
        assertThat(open.redeem(code, "root", PASSWORD)).isEqualTo(Outcome.DONE);
        assertThat(node.resourceOwners.authenticate("root", PASSWORD).isAdministrator())
                .isTrue();
        assertThat(file()).doesNotExist();
        assertThat(open.isOpen()).isFalse();
        assertThat(open.redeem(code, "other", PASSWORD)).isEqualTo(Outcome.CODE_REFUSED);
        assertThat(node.count("from ResourceOwnerRow")).isEqualTo(1);
    }

    @Test
    void a_name_that_is_taken_does_not_use_the_code_up() throws IOException {
        FirstAdministrator open = start(Map.of());
        node.sql(
                "insert into resource_owner (subject, username, password_hash, enabled) values ('s', 'alice', '', true)");
        assertThat(open.isFree("alice")).isFalse();
        assertThat(open.redeem(code(), "alice", PASSWORD)).isEqualTo(Outcome.NAME_TAKEN);
        assertThat(open.redeem(code(), "root", PASSWORD)).isEqualTo(Outcome.DONE);
    }

    @Test
    void after_15_minutes_the_code_is_void_and_a_restart_writes_a_new_one() throws IOException {
        FirstAdministrator open = start(Map.of());
        String code = code();
        now = START.plus(Duration.ofMinutes(15)).minusMillis(1);
        open.refresh();
        assertThat(open.isCode(code)).isTrue();
        now = START.plus(Duration.ofMinutes(15));
        assertThat(open.isOpen()).isFalse();
        assertThat(open.isCode(code)).isFalse();
        assertThat(open.redeem(code, "root", PASSWORD)).isEqualTo(Outcome.CODE_REFUSED);
        log.clear();
        open.refresh();
        open.refresh();
        assertThat(file()).doesNotExist();
        assertThat(log).singleElement().asString().startsWith("CLAVIGER-0303 the code in " + file() + " has expired");

        FirstAdministrator restarted = start(Map.of());
        assertThat(code()).isNotEqualTo(code);
        assertThat(restarted.isCode(code())).isTrue();
        assertThat(node.count("from SetupCodeRow")).isEqualTo(1);
    }

    @Test
    void whoever_becomes_administrator_otherwise_closes_the_page_and_takes_the_file_away() throws IOException {
        FirstAdministrator open = start(Map.of());
        String code = code();
        becomeAdministrator();
        assertThat(open.isOpen()).isFalse();
        assertThat(open.redeem(code, "other", PASSWORD)).isEqualTo(Outcome.CODE_REFUSED);
        open.refresh();
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_start_with_an_administrator_takes_a_file_away_that_was_left_behind() throws IOException {
        becomeAdministrator();
        Files.writeString(file(), "left behind");
        assertThat(start(Map.of()).isOpen()).isFalse();
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_disabled_administrator_counts_for_nothing() {
        becomeAdministrator();
        node.sql("update resource_owner set enabled = false");
        assertThat(start(Map.of()).isOpen()).isTrue();
    }

    @Test
    void each_node_writes_a_code_that_is_good_on_every_node_until_one_is_used() throws IOException {
        List<FirstAdministrator> open = startBoth();
        List<String> codes = codesOf(2);
        assertThat(codes.get(0)).isNotEqualTo(codes.get(1));
        assertThat(open.get(0).isCode(codes.get(1))).isTrue();
        assertThat(open.get(1).redeem(codes.get(0), "root", PASSWORD)).isEqualTo(Outcome.DONE);
        assertThat(open.get(0).redeem(codes.get(1), "other", PASSWORD)).isEqualTo(Outcome.CODE_REFUSED);
        open.forEach(FirstAdministrator::refresh);
        assertThat(folder.resolve("node-0/first-administrator")).doesNotExist();
        assertThat(folder.resolve("node-1/first-administrator")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1"})
    void of_many_who_enter_a_code_at_the_same_moment_one_becomes_administrator(int one, int other) throws Exception {
        List<FirstAdministrator> open = startBoth();
        List<String> codes = codesOf(2);
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Outcome>> attempts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FirstAdministrator each = open.get(i % 2);
            String code = codes.get(i % 2 == 0 ? one : other);
            String username = "root-" + i;
            attempts.add(threads.submit(() -> {
                start.await();
                return each.redeem(code, username, PASSWORD);
            }));
        }
        start.countDown();
        List<Outcome> outcomes = new ArrayList<>();
        for (Future<Outcome> attempt : attempts) {
            outcomes.add(attempt.get(1, MINUTES));
        }
        threads.shutdown();
        assertThat(outcomes).containsOnlyOnce(Outcome.DONE).containsOnly(Outcome.DONE, Outcome.CODE_REFUSED);
        assertThat(node.count("from ResourceOwnerRow")).isEqualTo(1);
    }

    private FirstAdministrator start(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of("claviger.data-directory", folder.toString()));
        all.putAll(settings);
        FirstAdministrator started = node.firstAdministrator(SetupFixture.settings(all), clock);
        started.provide();
        return started;
    }

    private List<FirstAdministrator> startBoth() {
        List<FirstAdministrator> started = new ArrayList<>();
        for (SetupFixture each : NODES) {
            Path data = folder.resolve("node-" + started.size());
            started.add(each.firstAdministrator(
                    SetupFixture.settings(Map.of("claviger.data-directory", data.toString())), clock));
        }
        started.forEach(FirstAdministrator::provide);
        return started;
    }

    private void becomeAdministrator() {
        node.sql(
                "insert into resource_owner (subject, username, password_hash, enabled) values ('s', 'root', '', true)");
        node.sql("insert into resource_owner_group (subject, group_name) values ('s', 'claviger-admin')");
    }

    private Path file() {
        return folder.resolve("first-administrator");
    }

    private String code() throws IOException {
        return code(file());
    }

    private List<String> codesOf(int nodes) throws IOException {
        List<String> codes = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            codes.add(code(folder.resolve("node-" + i + "/first-administrator")));
        }
        return codes;
    }

    private static String code(Path file) throws IOException {
        Matcher matcher = CODE.matcher(Files.readString(file));
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}

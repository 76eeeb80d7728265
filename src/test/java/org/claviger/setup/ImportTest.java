package org.claviger.setup;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.claviger.Fixture;
import org.claviger.client.ClientAuthenticationMethod;
import org.claviger.client.ClientCredentials;
import org.claviger.identity.PasswordPolicy;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {
    // Python: hashlib.pbkdf2_hmac('sha256', b'password of bob', bytes(range(16)), 600000)
    private static final String HASH =
            "pbkdf2-sha256$600000$AAECAwQFBgcICQoLDA0ODw$WvpTWxq4VTsP3PEdVLP7MNI2u3YIfkZEEfMbPu1QYnE";

    private static final String SERVICE =
            """
            {"client_id": "service", "client_secret": {"env": "SECRET"}, "grant_types": ["client_credentials"]}""";
    private static final String ALICE =
            """
            {"username": "alice", "password_hash": "%s", "groups": ["user"]}""".formatted(HASH);

    private static final List<SetupFixture> NODES = SetupFixture.twoNodes();

    private static final String ALICE_WITH_PASSWORD =
            """
            {"username": "alice", "password": "wonders of the deep", "groups": ["user"]}""";

    private final SetupFixture node = NODES.get(0);
    private final Map<String, String> environment =
            new HashMap<>(Map.of("SECRET", "the-first-secret-of-32-characters"));

    @TempDir
    private Path folder;

    @BeforeEach
    void clear() {
        NODES.forEach(SetupFixture::clear);
    }

    @AfterAll
    static void close() {
        NODES.forEach(SetupFixture::close);
    }

    @Test
    void clients_and_users_are_there_after_it() throws Exception {
        importFile(SERVICE, ALICE_WITH_PASSWORD);
        node.clients.refresh();
        assertThat(authenticates("the-first-secret-of-32-characters")).isTrue();
        assertThat(node.resourceOwners
                        .authenticate("alice", "wonders of the deep")
                        .groups())
                .containsExactly("user");
    }

    @Test
    void an_entry_is_found_in_the_audit_by_the_client_or_the_user_that_it_is_of() throws Exception {
        node.sql("delete from audit_event");
        importFile(SERVICE, ALICE);
        node.sql("update resource_owner set enabled = false");
        importFile(SERVICE, ALICE.replace("user\"]", "other\"]"));

        assertThat(node.count("from AuditRow where event = 'IMPORTED' and clientId = 'service'"))
                .isEqualTo(1);
        assertThat(node.count("from AuditRow a join ResourceOwnerRow u on u.subject = a.subject"
                        + " where a.event = 'IMPORTED' and u.username = 'alice'"))
                .isEqualTo(2);
    }

    @Test
    void a_second_start_undoes_nothing_that_an_administrator_changed() throws Exception {
        importFile(SERVICE, ALICE);
        node.sql("update resource_owner set full_name = 'Renamed', enabled = false");
        node.sql("delete from client");
        importFile(SERVICE, ALICE);
        assertThat(node.count("from ResourceOwnerRow where fullName = 'Renamed' and not enabled"))
                .isEqualTo(1);
        assertThat(node.count("from ClientRow")).isZero();
    }

    @Test
    void what_is_not_in_the_file_any_more_stays() throws Exception {
        importFile(SERVICE, ALICE);
        importFile("", "");
        assertThat(node.count("from ResourceOwnerRow")).isEqualTo(1);
        assertThat(node.count("from ClientRow")).isEqualTo(1);
    }

    @Test
    void only_the_entry_that_changed_is_applied() throws Exception {
        importFile(SERVICE, ALICE);
        node.sql("update resource_owner set full_name = 'Renamed'");
        importFile(SERVICE.replace("\"grant_types\"", "\"client_name\": \"Other\", \"grant_types\""), ALICE);
        node.clients.refresh();
        assertThat(node.clients.find(new ClientId("service")).orElseThrow().name())
                .isEqualTo("Other");
        assertThat(node.count("from ResourceOwnerRow where fullName = 'Renamed'"))
                .isEqualTo(1);
    }

    @Test
    void a_client_whose_classification_is_gone_keeps_no_node_from_starting_until_its_entry_changes() throws Exception {
        String internal = SERVICE.replace("\"grant_types\"", "\"classification\": \"internal\", \"grant_types\"");
        node.importing(environment, Set.of("standard", "internal"))
                .read(write(internal, "").toString());

        importFile(internal, ALICE);

        assertThat(node.count("from ResourceOwnerRow")).isEqualTo(1);
        refuses(
                internal.replace("\"grant_types\"", "\"client_name\": \"Other\", \"grant_types\""),
                ALICE.replace("alice", "carol"),
                "/clients/0/classification: must be one of restricted, sensitive, standard");
        assertThat(node.count("from ResourceOwnerRow")).isEqualTo(1);
    }

    @Test
    void another_value_of_the_variable_is_a_change() throws Exception {
        importFile(SERVICE, "");
        environment.put("SECRET", "the-second-secret-of-32-characters");
        importFile(SERVICE, "");
        node.clients.refresh();
        assertThat(authenticates("the-first-secret-of-32-characters")).isFalse();
        assertThat(authenticates("the-second-secret-of-32-characters")).isTrue();
    }

    @Test
    void a_disabled_user_whose_entry_changes_stays_disabled() throws Exception {
        importFile("", ALICE);
        node.sql("update resource_owner set enabled = false");
        importFile("", ALICE.replace("user\"]", "other\"]"));
        assertThat(node.count("from ResourceOwnerRow r where 'other' member of r.groups and not r.enabled"))
                .isEqualTo(1);
    }

    @Test
    void a_hash_that_was_made_elsewhere_opens_to_its_password() throws Exception {
        importFile("", ALICE);
        assertThat(node.resourceOwners.authenticate("alice", "password of bob").username())
                .isEqualTo("alice");
    }

    @Test
    void one_bad_entry_and_nothing_is_applied() {
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> importFile(SERVICE, ALICE + ", {\"username\": \"bob\"}"))
                .withMessage("claviger.import: " + folder.resolve("import.json")
                        + " /users/1/password: is missing, and so is password_hash");
        assertThat(node.count("from ClientRow")).isZero();
        assertThat(node.count("from ResourceOwnerRow")).isZero();
        assertThat(node.count("from ImportEntryRow")).isZero();
    }

    @Test
    void T16_a_client_cannot_have_the_name_of_a_user_nor_a_user_that_of_a_client() throws Exception {
        importFile(SERVICE, ALICE);
        refuses(SERVICE.replace("service", "alice"), "", "/clients/0/client_id: is the name of a user");
        String subject = node.database.transact(
                entities -> entities.createQuery("select subject from ResourceOwnerRow", String.class)
                        .getSingleResult());
        refuses(SERVICE.replace("service", subject), "", "/clients/0/client_id: is the name of a user");
        refuses("", ALICE.replace("alice", "service"), "/users/0/username: is the client_id of a client");
    }

    @Test
    void a_file_that_cannot_be_read_is_named() {
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> node.importing(environment).read("/nowhere/import.json"))
                .withMessage("claviger.import: the file /nowhere/import.json cannot be read");
    }

    @Test
    void no_secret_is_in_the_database() throws Exception {
        importFile(SERVICE, ALICE_WITH_PASSWORD);
        List<?> values = node.database.transact(entities -> entities.createNativeQuery(
                        "select digest from import_entry union all select metadata from client"
                                + " union all select secret_mac from client union all select password_hash from resource_owner")
                .getResultList());
        assertThat(values).hasSize(5).noneMatch(value -> value.toString().matches("(?s).*(first-secret|of alice).*"));
    }

    @Test
    void a_node_that_stopped_before_it_applied_an_entry_applies_it_at_its_next_start() throws Exception {
        node.sql("insert into import_entry (kind, name, digest) values ('user', 'alice', '')");
        importFile("", ALICE);
        assertThat(node.count("from ResourceOwnerRow")).isEqualTo(1);
    }

    @Test
    void of_two_nodes_that_start_together_one_applies_each_entry() throws Exception {
        String clients = IntStream.range(0, 40)
                .mapToObj(i -> SERVICE.replace("\"service\"", "\"service-" + i + "\""))
                .collect(Collectors.joining(", "));
        Path file = write(clients, ALICE);
        long changes = changesOfClients();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<?>> imports = NODES.stream()
                .<Future<?>>map(each -> threads.submit(() -> {
                    start.await();
                    each.importing(environment).read(file.toString());
                    return null;
                }))
                .toList();
        start.countDown();
        for (Future<?> each : imports) {
            each.get(1, MINUTES);
        }
        threads.shutdown();
        assertThat(node.count("from ClientRow")).isEqualTo(40);
        assertThat(node.count("from ResourceOwnerRow")).isEqualTo(1);
        assertThat(node.count("from ImportEntryRow where digest <> ''")).isEqualTo(41);
        // Announced in the transaction of each registration: every entry was applied exactly once.
        assertThat(changesOfClients() - changes).isEqualTo(40);
    }

    @Test
    void a_password_that_is_easy_to_guess_is_refused_and_what_was_applied_is_not_judged_again() throws IOException {
        String weak = ALICE_WITH_PASSWORD.replace("wonders of the deep", "Password2024");
        refuses(SERVICE, weak, "too little of it is left");
        assertThat(node.count("from ResourceOwnerRow")).isZero();
        importFile(SERVICE, ALICE_WITH_PASSWORD);
        var stricter = Fixture.settings("claviger.password.min-length", "64");
        Path same = write(SERVICE, ALICE_WITH_PASSWORD);

        node.importing(environment, SetupFixture.CLASSIFICATIONS, new PasswordPolicy(() -> stricter))
                .read(same.toString());
    }

    @Test
    void a_user_does_not_take_the_place_of_somebody_of_another_store() throws IOException {
        importFile(SERVICE, ALICE);
        node.sql("update resource_owner set store = 'ldap'");

        refuses(
                SERVICE,
                ALICE_WITH_PASSWORD,
                "/users/0/username: is the name of somebody of another store" + " (claviger.identity-store)");
    }

    private long changesOfClients() {
        return node.database.transact(
                entities -> entities.createQuery("select count(*) from ChangeRow where topic = 'client'", Long.class)
                        .getSingleResult());
    }

    private void refuses(String clients, String users, String message) {
        assertThatExceptionOfType(SettingsException.class)
                .isThrownBy(() -> importFile(clients, users))
                .withMessageEndingWith(message);
    }

    private boolean authenticates(String secret) {
        try {
            node.clients.authenticate(new ClientCredentials(
                    new ClientId("service"), ClientAuthenticationMethod.CLIENT_SECRET_BASIC, secret));
            return true;
        } catch (OAuthException refused) {
            return false;
        }
    }

    private void importFile(String clients, String users) throws IOException {
        node.importing(environment).read(write(clients, users).toString());
    }

    private Path write(String clients, String users) throws IOException {
        return Files.writeString(
                folder.resolve("import.json"), "{\"clients\": [%s], \"users\": [%s]}".formatted(clients, users));
    }
}

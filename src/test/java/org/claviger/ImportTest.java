package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.SECRET;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.claviger.client.Clients;
import org.claviger.identity.ResourceOwners;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.SettingsException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportTest {
    private static final String CLIENT = "{'client_id':'service','client_name':'Service','client_secret':'" + SECRET
            + "','grant_types':['client_credentials']}";
    private static final String USER = "{'username':'alice','password':'swordfish','groups':['user']}";

    private static ResourceOwners owners;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        owners = new ResourceOwners(TestDatabase.empty(), RANDOM);
    }

    @BeforeEach
    void empty() {
        TestDatabase.empty();
    }

    private static Import node() {
        return new Import(
                TestDatabase.database(),
                Fixture.Keys.MAC,
                new Clients(TestDatabase.database(), Fixture.Keys.MAC),
                owners);
    }

    private String file(String text) {
        try {
            return Files.writeString(folder.resolve("import.json"), text.replace('\'', '"'))
                    .toString();
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private void read(String text) {
        node().read(file(text));
    }

    private void assertRefused(String text, String pointer) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.import: " + folder.resolve("import.json") + " " + pointer)
                .hasMessageNotContainingAny("swordfish", SECRET, "\n");
    }

    private static String clientName() {
        String metadata = TestDatabase.query("select metadata from client where client_id = 'service'")
                .get(0);
        return Fixture.json(metadata).getString("client_name");
    }

    @Test
    void clientsAndUsersAreImported() {
        read("{'clients':[" + CLIENT + "],'users':[" + USER + "]}");

        assertThat(clientName()).isEqualTo("Service");
        assertThat(TestDatabase.query("select username from resource_owner")).containsExactly("alice");
        assertThat(TestDatabase.query("select group_name from resource_owner_group"))
                .containsExactly("user");
        assertThat(TestDatabase.dump()).doesNotContain("swordfish", SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'clients':[]}", "{'users':[]}", "{'clients':[],'users':[]}"})
    void aFileMayHoldNothing(String text) {
        read(text);

        assertThat(TestDatabase.dump()).doesNotContain("IMPORT_ENTRY");
    }

    @Test
    void anEntryThatHasNotChangedIsSkipped() {
        read("{'clients':[" + CLIENT + "],'users':[" + USER + "]}");
        TestDatabase.execute(
                "update client set metadata = replace(metadata, '\"client_name\":\"Service\"', '\"client_name\":\"By hand\"')");
        TestDatabase.execute("insert into resource_owner_group select subject, 'by hand' from resource_owner");
        TestDatabase.execute("update resource_owner set enabled = false");
        String before = TestDatabase.dump();

        read("{'users':[" + USER + "],  'clients':[ " + CLIENT + " ]}");

        assertThat(clientName()).isEqualTo("By hand");
        assertThat(TestDatabase.dump()).isEqualTo(before);
    }

    @Test
    void anEntryThatHasChangedIsApplied() {
        read("{'clients':[" + CLIENT + "],'users':[" + USER + "]}");
        String subject =
                TestDatabase.query("select subject from resource_owner").get(0);

        read("{'clients':[" + CLIENT.replace("'Service'", "'New name'") + "],'users':["
                + USER.replace("'user'", "'orders'") + "]}");

        assertThat(clientName()).isEqualTo("New name");
        assertThat(TestDatabase.query("select group_name from resource_owner_group"))
                .containsExactly("orders");
        assertThat(TestDatabase.query("select subject from resource_owner")).containsExactly(subject);
    }

    @Test
    void aSecretThatHasChangedIsApplied() {
        read("{'clients':[" + CLIENT + "]}");
        String before = TestDatabase.query("select secret_mac from client").get(0);

        read("{'clients':[" + CLIENT.replace(SECRET, SECRET + "2") + "]}");

        assertThat(TestDatabase.query("select secret_mac from client")).doesNotContain(before);
    }

    @Test
    void whatIsNoLongerInTheFileStays() {
        read("{'clients':[" + CLIENT + "]}");
        Fixture.user("alice", true, "user");

        read("{}");

        assertThat(clientName()).isEqualTo("Service");
        assertThat(TestDatabase.query("select username from resource_owner")).containsExactly("alice");
    }

    @Test
    void aClientAndAUserOfOneNameAreTwoEntries() {
        read("{'clients':[" + CLIENT + "]}");
        String digest = TestDatabase.query("select digest from import_entry").get(0);

        read("{'users':[" + USER + "]}");

        assertThat(TestDatabase.query("select digest from import_entry"))
                .hasSize(2)
                .contains(digest);
    }

    @Test
    void whatAnEntryHoldsCannotBeGuessedFromTheDatabase() {
        read("{'clients':[" + CLIENT + "],'users':[" + USER + "]}");
        String dump = TestDatabase.dump();
        for (String entry : new String[] {CLIENT, USER}) {
            String text = Fixture.json(entry).toString();
            for (String kind : new String[] {"", "client\n", "user\n"}) {
                assertThat(dump).doesNotContain(RandomTokens.hash(kind + text));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'client':[]} | /client: ",
                "{'clients':{}} | /clients: ",
                "{'clients':['x']} | /clients: ",
                "{'users':'x'} | /users: ",
                "{'clients':[{}]} | /clients/0/client_id: ",
                "{'users':[{'username':''}]} | /users/0/username: ",
                "{'users':[{'username':'alice','password':'swordfish','role':'x'}]} | /users/0/role: ",
                "{'users':[{'username':'alice'}]} | /users/0/password: ",
                "{'clients':[{'client_id':'x','grant_types':['client_credentials'],'client_secret':'swordfish'}]} | /clients/0/client_secret: ",
                "{'clients':[{'client_id':'x','redirect_uris':['javascript:x']}]} | /clients/0/redirect_uris: "
            })
    void whatDoesNotFitIsRefusedWithAPointer(String text, String pointer) {
        assertRefused(text.strip(), pointer.strip());
    }

    @Test
    void thePointerCountsTheEntries() {
        assertRefused(
                "{'clients':[" + CLIENT + "," + CLIENT.replace("service", "two").replace("}", ",'x':1}") + "]}",
                "/clients/1/x: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[]", "null", "'x'", "{", "{'clients':[}", "clients", "{} {}", "{'a':1,}"})
    void aFileThatIsNoJsonObjectIsRefused(String text) {
        String file = file(text);

        assertThatThrownBy(() -> node().read(file))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.import: ")
                .hasMessageContaining(file);
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() throws IOException {
        Path file = Files.write(folder.resolve("latin1.json"), new byte[] {'{', '"', (byte) 0xe9, '"', ':', '1', '}'});

        assertThatThrownBy(() -> node().read(file.toString()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("claviger.import: ")
                .hasMessageContaining("latin1.json");
    }

    @Test
    void aFileThatCannotBeReadIsCalledByItsSetting() {
        for (String file : new String[] {folder.resolve("missing.json").toString(), folder.toString(), "\0"}) {
            assertThatThrownBy(() -> node().read(file))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageStartingWith("claviger.import: ")
                    .hasMessageContaining(file);
        }
    }

    @Test
    void anEntryThatComesTwiceIsRefusedOrAppliedOnce() {
        String text = "{'clients':[" + CLIENT + "," + CLIENT.replace("'Service'", "'Twice'") + "]}";
        try {
            read(text);
        } catch (SettingsException refused) {
            assertThat(refused).hasMessageContaining("/clients/1");
            return;
        }
        String before = clientName();

        // A restart undoes nothing: the second reading of an unchanged file changes no row.
        TestDatabase.execute("update client set metadata = replace(metadata, ?, 'By hand')", before);
        read(text);
        assertThat(clientName()).isEqualTo("By hand");
    }

    @Test
    void t16AUserAndAClientHaveDifferentNames() {
        String user = USER.replace("'alice'", "'service'");

        assertThatThrownBy(() -> read("{'clients':[" + CLIENT + "],'users':[" + user + "]}"))
                .isInstanceOf(SettingsException.class);
    }

    @Test
    void nodesThatStartTogetherImportOnce() {
        String clients = IntStream.range(0, 20)
                .mapToObj(i -> CLIENT.replace("'service'", "'service" + i + "'"))
                .collect(Collectors.joining(","));
        String file = file("{'clients':[" + clients + "]}");

        Parallel.run(4, () -> {
            node().read(file);
            return true;
        });

        assertThat(TestDatabase.query("select client_id from client")).hasSize(20);
        assertThat(TestDatabase.query("select name from import_entry")).hasSize(20);
    }
}

package org.claviger.setup;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.spec.SecretKeySpec;
import org.claviger.Fixture;
import org.claviger.client.Clients;
import org.claviger.database.Database;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.ResourceOwners;
import org.claviger.key.KeyWrap;
import org.claviger.key.MacKeys;
import org.claviger.revocation.RevocationRepository;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.h2.jdbcx.JdbcDataSource;

/** A node on a database in memory. Several nodes of one name share the database, as two servers do. */
final class SetupFixture implements AutoCloseable {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    final Database database;
    final MacKeys macKeys;
    final Clients clients;
    final ResourceOwners resourceOwners;

    static final Set<String> CLASSIFICATIONS = Set.of("standard", "sensitive", "restricted");

    static final PasswordPolicy POLICY = new PasswordPolicy(Fixture::settings);

    private SetupFixture(String name) {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
        database = Database.open(dataSource);
        KeyWrap keyWrap = new KeyWrap(new SecretKeySpec(new byte[32], "AES"), List.of(), Settings.random());
        macKeys = MacKeys.load(database, keyWrap, Settings.random(), Clock.systemUTC());
        RevocationRepository revocations = Fixture.revocations(database, Settings.clock());
        clients = new Clients(database, macKeys, Settings.clock());
        resourceOwners = new ResourceOwners(database, revocations, Settings.random());
        clients.refresh();
    }

    /** Two nodes on one new database. */
    static List<SetupFixture> twoNodes() {
        String name = "setup-" + DATABASES.incrementAndGet();
        return List.of(new SetupFixture(name), new SetupFixture(name));
    }

    /** Makes the installation as good as new; cheaper than a new one. */
    void clear() {
        List.of("client", "resource_owner", "import_entry", "setup_code").forEach(table -> sql("delete from " + table));
        sql("update version_number set number = number + 1");
        clients.refresh();
    }

    Import importing(Map<String, String> environment) {
        return importing(environment, CLASSIFICATIONS);
    }

    Import importing(Map<String, String> environment, Set<String> classifications) {
        return importing(environment, classifications, POLICY);
    }

    Import importing(Map<String, String> environment, Set<String> classifications, PasswordPolicy policy) {
        return new Import(database, macKeys, clients, resourceOwners, environment, classifications, policy);
    }

    /** Settings with these on top of what is required. */
    static Settings settings(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("claviger.issuer", "https://id.example.org/api/v2/auth");
        all.put("claviger.key-encryption-key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        return Settings.read(key -> Optional.ofNullable(all.get(key)));
    }

    FirstAdministrator firstAdministrator(Settings settings, Clock clock) {
        return new FirstAdministrator(
                settings, database, clients, resourceOwners, new RandomTokens(Settings.random()), clock);
    }

    /** What a query that counts answers, in the words of JPQL. */
    long count(String from) {
        return database.transact(entities ->
                entities.createQuery("select count(*) " + from, Long.class).getSingleResult());
    }

    void sql(String statement) {
        database.change(entities -> entities.createNativeQuery(statement).executeUpdate());
    }

    @Override
    public void close() {
        database.close();
    }
}

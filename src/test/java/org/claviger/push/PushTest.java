package org.claviger.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.Postgres;
import org.claviger.TestDatabase;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.settings.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Nodes that wake each other by PostgreSQL; the data grids need their servers. */
class PushTest {
    private static final Map<String, String> ENVIRONMENT = Postgres.shared().newDatabase();

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(6);
    private final Database database = Database.open(source());
    private final Database other = Database.open(source());

    /** One permit for each look of that node. */
    private final Semaphore looks = new Semaphore(0);

    private final Semaphore looksOfOther = new Semaphore(0);
    private final Push push = start(database, "a", looks);
    private final Push pushOfOther = start(other, "b", looksOfOther);

    private static DataSource source() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(ENVIRONMENT.get("CLAVIGER_DATABASE_URL"));
        source.setUser(ENVIRONMENT.get("CLAVIGER_DATABASE_USER"));
        source.setPassword(ENVIRONMENT.get("CLAVIGER_DATABASE_PASSWORD"));
        return source;
    }

    private static Settings settings(String... more) {
        String[] all = {
            "claviger.database.url",
            ENVIRONMENT.get("CLAVIGER_DATABASE_URL"),
            "claviger.database.user",
            ENVIRONMENT.get("CLAVIGER_DATABASE_USER"),
            "claviger.database.password",
            ENVIRONMENT.get("CLAVIGER_DATABASE_PASSWORD"),
            more.length == 0 ? "claviger.push" : more[0],
            more.length == 0 ? "postgresql" : more[1]
        };
        return Fixture.settings(all);
    }

    private Push start(Database of, String node, Semaphore looked) {
        return Push.start(settings(), of, node, executor, looked::release);
    }

    @AfterEach
    void close() {
        push.close();
        pushOfOther.close();
        executor.shutdownNow();
        database.close();
        other.close();
    }

    private static void await(Semaphore looked) throws InterruptedException {
        assertThat(looked.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
    }

    /** Each looks once when it begins to listen. */
    private void awaitListening() throws InterruptedException {
        await(looks);
        await(looksOfOther);
    }

    private static void announce(Database of) {
        of.change(entities -> of.announce(entities, Topic.CLIENT, "client"));
    }

    @Test
    void a_change_wakes_the_other_node_and_not_the_one_that_made_it() throws InterruptedException {
        awaitListening();

        announce(database);
        await(looksOfOther);
        announce(other);
        await(looks);

        assertThat(looks.availablePermits() + looksOfOther.availablePermits()).isZero();
    }

    @Test
    void a_node_listens_again_when_its_connection_was_lost() throws InterruptedException, SQLException {
        awaitListening();
        try (Connection connection = DriverManager.getConnection(
                        ENVIRONMENT.get("CLAVIGER_DATABASE_URL"),
                        ENVIRONMENT.get("CLAVIGER_DATABASE_USER"),
                        ENVIRONMENT.get("CLAVIGER_DATABASE_PASSWORD"));
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'");
        }
        awaitListening(); // and looks, because it may have missed something

        announce(database);
        await(looksOfOther);
    }

    @Test
    void a_signal_that_cannot_be_sent_is_one_line_and_no_fault_of_the_change() throws InterruptedException {
        awaitListening();
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            TestDatabase.empty();
            ScheduledThreadPoolExecutor own = new ScheduledThreadPoolExecutor(2);
            // H2 knows no NOTIFY.
            try (Push broken = Push.start(settings(), TestDatabase.database(), "c", own, () -> {})) {
                assertThat(broken.kinds()).isNotEmpty();
                for (int i = 0; i < 3; i++) {
                    long sent = own.getCompletedTaskCount();
                    announce(TestDatabase.database());
                    while (own.getCompletedTaskCount() == sent) {
                        Thread.sleep(5);
                    }
                }
            } finally {
                TestDatabase.database().afterAnnouncing(() -> {});
                own.shutdownNow();
            }
            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0704 ");
        }
    }

    @Test
    void none_is_needed() {
        try (Push none = Push.start(settings("claviger.push", "none"), database, "d", executor, () -> {})) {
            assertThat(none.kinds()).isEmpty();
        }
        try (Push noGrid =
                Push.start(settings("claviger.push", "hazelcast,infinispan"), database, "d", executor, () -> {})) {
            assertThat(noGrid.kinds()).isEmpty();
        }
    }
}

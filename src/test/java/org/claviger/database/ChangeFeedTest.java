package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.claviger.CapturedLog;
import org.claviger.Fixture;
import org.claviger.Parallel;
import org.claviger.Postgres;
import org.claviger.TestClock;
import org.claviger.TestDatabase;
import org.claviger.settings.DatabaseSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That no change is missed, however late it is committed and whatever the node or the database has been through; on both databases. */
class ChangeFeedTest {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final AtomicLong nanos = new AtomicLong();
    private final List<Database> opened = new ArrayList<>();
    private DataSource source;
    private Database database;

    /** Where commits wait, if anywhere. */
    private static final ThreadLocal<Hold> HELD = new ThreadLocal<>();

    enum Kind {
        H2,
        POSTGRESQL
    }

    private void open(Kind kind) {
        source = new ConfiguredDataSource(settings(kind, ""));
        database = Database.open(withLateCommits());
        opened.add(database);
    }

    private static DatabaseSettings settings(Kind kind, String parameters) {
        if (kind == Kind.H2) {
            return new DatabaseSettings(
                    "jdbc:h2:mem:feed" + DATABASES.incrementAndGet() + ";DB_CLOSE_DELAY=-1", "", "");
        }
        Map<String, String> environment = Postgres.shared().newDatabase();
        return new DatabaseSettings(
                environment.get("CLAVIGER_DATABASE_URL") + parameters,
                environment.get("CLAVIGER_DATABASE_USER"),
                environment.get("CLAVIGER_DATABASE_PASSWORD"));
    }

    private DataSource withLateCommits() {
        return proxy(
                DataSource.class,
                source,
                (method, connection) -> proxy(Connection.class, connection, (ignored, answer) -> answer));
    }

    @FunctionalInterface
    private interface Answer {
        Object of(Method method, Object answer);
    }

    private <T> T proxy(Class<T> type, Object target, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                ChangeFeedTest.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (method.getName().equals("commit") && HELD.get() != null) {
                        HELD.get().here();
                    }
                    try {
                        Object result = method.invoke(target, arguments);
                        return method.getName().equals("getConnection") ? answer.of(method, result) : result;
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                }));
    }

    @AfterEach
    void close() {
        opened.forEach(Database::close);
    }

    /** What a node has heard of; {@code *} is all. */
    private static final class Ear implements ChangeFeed.Reader {
        private final List<String> heard = new ArrayList<>();
        private boolean deaf;

        @Override
        public void read(Set<String> names) {
            if (deaf) {
                throw new IllegalStateException("cannot be read");
            }
            heard.addAll(names);
        }

        @Override
        public void readAll() {
            read(Set.of("*"));
        }
    }

    private final Ear clients = new Ear();
    private final Ear settings = new Ear();

    private ChangeFeed feed(Ear ear) {
        Freshness freshness = new Freshness(Duration.ofMinutes(1), new TestClock(), nanos::get);
        return ChangeFeed.open(database, freshness).on(Topic.CLIENT, ear).on(Topic.SETTING, settings);
    }

    private void announce(String name) {
        database.change(entities -> database.announce(entities, Topic.CLIENT, name));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private List<String> sql(String sql) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            List<String> column = new ArrayList<>();
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    while (rows.next()) {
                        column.add(rows.getString(1));
                    }
                }
            }
            return column;
        } catch (SQLException broken) {
            throw new IllegalStateException(broken);
        }
    }

    /** Holds a commit back. */
    private static final class Hold {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        void here() throws InterruptedException {
            reached.countDown();
            released.await(60, TimeUnit.SECONDS);
        }
    }

    private void rollBackANumber() {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into change (topic, name) values ('client', 'never')");
            connection.rollback();
        } catch (SQLException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_transaction_that_commits_minutes_after_a_later_one_is_not_missed(Kind kind) throws InterruptedException {
        open(kind);
        ChangeFeed feed = feed(clients);
        Hold commit = new Hold();
        CompletableFuture<Void> late = CompletableFuture.runAsync(() -> {
            HELD.set(commit);
            announce("late");
            HELD.remove();
        });
        assertThat(commit.reached.await(60, TimeUnit.SECONDS)).isTrue();
        announce("prompt");
        feed.poll();
        assertThat(clients.heard).containsExactly("prompt");
        Ear newcomer = new Ear();
        ChangeFeed newcomersFeed = feed(newcomer); // it begins where "late" is passed already
        for (int second = 0; second < 240; second += 10) {
            pass(Duration.ofSeconds(10));
            announce("after " + second);
            feed.poll();
        }
        assertThat(clients.heard).doesNotContain("late", "*");

        commit.released.countDown();
        late.join();
        feed.poll();
        newcomersFeed.poll();

        assertThat(clients.heard).containsOnlyOnce("late").doesNotContain("*");
        assertThat(newcomer.heard).containsOnlyOnce("late");
        assertThat(sql("select name from change where topic = 'client' order by number")
                        .get(0))
                .isEqualTo("late");
    }

    @ParameterizedTest
    @EnumSource
    void a_number_that_was_rolled_back_is_looked_for_while_any_transaction_can_live(Kind kind) {
        open(kind);
        ChangeFeed feed = feed(clients);
        rollBackANumber();
        announce("next");
        feed.poll();
        assertThat(feed.gaps()).isEqualTo(1);

        pass(ChangeFeed.LONGEST_COMMIT);
        feed.poll();
        assertThat(feed.gaps()).isEqualTo(1);
        pass(Duration.ofNanos(1));
        feed.poll();

        assertThat(feed.gaps()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void everything_is_read_again_now_and_then(Kind kind) {
        open(kind);
        ChangeFeed feed = feed(clients);
        pass(ChangeFeed.LONGEST_COMMIT.minusNanos(1));
        feed.poll();
        assertThat(clients.heard).isEmpty();

        pass(Duration.ofNanos(1));
        feed.poll();
        feed.poll();

        assertThat(clients.heard).containsExactly("*");
    }

    @ParameterizedTest
    @EnumSource
    void none_of_many_at_once_is_missed_though_some_fail(Kind kind) {
        open(kind);
        ChangeFeed feed = feed(clients);
        AtomicInteger thread = new AtomicInteger();
        Set<String> expected = new HashSet<>();

        Parallel.run(6, () -> {
                    int own = thread.incrementAndGet();
                    List<String> written = new ArrayList<>();
                    for (int i = 0; i < 30; i++) {
                        String name = own + "-" + i;
                        if (i % 5 == 0) {
                            assertThrows(IllegalStateException.class, () -> fail(name));
                        } else {
                            announce(name);
                            written.add(name);
                        }
                        feed.poll(); // in the middle of others' commits
                    }
                    return written;
                })
                .forEach(expected::addAll);
        feed.poll();

        assertThat(clients.heard).containsExactlyInAnyOrderElementsOf(expected);
    }

    private void fail(String name) {
        database.change(entities -> {
            database.announce(entities, Topic.CLIENT, name);
            throw new IllegalStateException("rolled back");
        });
    }

    @ParameterizedTest
    @EnumSource
    void after_a_backup_was_restored_everything_is_read_again(Kind kind) {
        open(kind);
        announce("kept");
        ChangeFeed feed = feed(clients);
        announce("lost");
        feed.poll();
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            // Another row has the number that was seen last.
            sql("update change set written_at = written_at - interval '1' hour, name = 'other' where name = 'lost'");
            feed.poll();
            feed.poll();

            assertThat(log.lines()).singleElement().asString().startsWith("CLAVIGER-0701 ");
        }
        assertThat(clients.heard).containsExactly("lost", "*");

        announce("new");
        feed.poll();
        assertThat(clients.heard).containsExactly("lost", "*", "new");
    }

    @ParameterizedTest
    @EnumSource
    void a_node_that_has_slept_for_longer_than_rows_are_kept_reads_everything_again(Kind kind) {
        open(kind);
        ChangeFeed feed = feed(clients);
        announce("first");
        announce("second");
        sql("update change set written_at = written_at - interval '2' hour");

        cleanUp();

        assertThat(sql("select name from change")).containsExactly("second");
        feed.poll();
        assertThat(clients.heard).contains("*");
        assertThat(settings.heard).containsExactly("*");
        clients.heard.clear();
        feed.poll();
        cleanUp(); // of an installation in which nothing happens
        feed.poll();
        assertThat(clients.heard).isEmpty();
    }

    private void cleanUp() {
        database.change(
                entities -> entities.createQuery("delete from ChangeRow e where " + ChangeFeed.EXPIRING.expired())
                        .setParameter("then", Database.time(entities).minus(ChangeFeed.EXPIRING.grace()))
                        .executeUpdate());
    }

    @Test
    void numbers_that_are_skipped_by_the_million_are_no_gaps_by_the_million() {
        open(Kind.H2);
        ChangeFeed feed = feed(clients);
        sql("alter table change alter column number restart with 5000000000");
        announce("far");
        feed.poll();

        assertThat(clients.heard).containsExactly("far");
        assertThat(feed.gaps()).isEqualTo(1_000);
    }

    @Test
    void what_cannot_be_read_is_tried_again_and_keeps_nothing_else_from_being_read() {
        open(Kind.H2);
        ChangeFeed feed = feed(clients);
        clients.deaf = true;
        announce("client");
        database.change(entities -> database.announce(entities, Topic.SETTING, "setting"));
        pass(Duration.ofSeconds(30));

        assertThatIllegalStateException().isThrownBy(feed::poll);

        assertThat(settings.heard).containsExactly("setting");
        assertThat(feed.freshness().staleness()).isEqualTo(Duration.ofSeconds(30));
        clients.deaf = false;
        feed.poll();
        assertThat(clients.heard).containsExactly("client");
        assertThat(feed.freshness().staleness()).isZero();
    }

    @Test
    void what_only_a_later_version_knows_is_passed_over() {
        open(Kind.H2);
        ChangeFeed feed = feed(clients);
        sql("insert into change (topic, name) values ('planet', 'Vulcan')");
        announce("client");
        feed.poll();

        assertThat(clients.heard).containsExactly("client");
    }

    @Test
    void a_change_is_announced_by_the_last_statement_and_others_are_woken_after_the_commit() {
        open(Kind.H2);
        List<String> woken = new ArrayList<>();
        database.afterAnnouncing(() -> woken.addAll(sql("select name from change where topic = 'client'")));

        database.change(entities -> {
            database.announce(entities, Topic.CLIENT, "a");
            database.announce(entities, Topic.CLIENT, "a");
            database.announce(entities, Topic.CLIENT, "b");
            assertThat(entities.createQuery("select count(*) from ChangeRow where topic = 'client'", Long.class)
                            .getSingleResult())
                    .isZero();
        });
        assertThat(woken).containsExactly("a", "b");

        assertThrows(IllegalStateException.class, () -> fail("failed"));
        database.change(entities -> assertThat(Database.time(entities)).isAfter(Instant.EPOCH));
        assertThat(woken).hasSize(2);
    }

    @Test
    void to_look_takes_one_statement_where_nothing_is_new() {
        Database counted = TestDatabase.empty();
        counted.change(entities -> counted.announce(entities, Topic.CLIENT, "client"));
        ChangeFeed feed = ChangeFeed.open(counted, Fixture.fresh()).on(Topic.CLIENT, clients);
        feed.poll();
        int before = TestDatabase.statements();

        feed.poll();

        assertThat(TestDatabase.statements() - before).isEqualTo(1);
    }

    @Test
    void postgresql_ends_every_transaction_before_its_number_is_given_up() throws SQLException {
        DatabaseSettings overruling = settings(Kind.POSTGRESQL, "?options=-c%20statement_timeout%3D0");
        try (Connection connection = ConfiguredDataSource.connect(overruling);
                Statement statement = connection.createStatement();
                ResultSet limits = statement.executeQuery("select current_setting('statement_timeout'),"
                        + " current_setting('idle_in_transaction_session_timeout')")) {
            limits.next();
            assertThat(List.of(limits.getString(1), limits.getString(2))).containsExactly("20s", "10s");
        }
        Duration longest =
                ConfiguredDataSource.STATEMENT_TIMEOUT.multipliedBy(2).plus(ConfiguredDataSource.IDLE_TIMEOUT);
        assertThat(longest.multipliedBy(2)).isLessThan(ChangeFeed.LONGEST_COMMIT);
    }
}

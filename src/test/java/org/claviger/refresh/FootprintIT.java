package org.claviger.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.RANDOM;
import static org.claviger.Fixture.TOKENS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.claviger.Fixture;
import org.claviger.Postgres;
import org.claviger.TestClock;
import org.claviger.database.Database;
import org.claviger.database.WatchedClock;
import org.claviger.key.MacKeys;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGConnectionPoolDataSource;

/** What a session costs in the database, however often it is refreshed: one row, and no more bytes than at its beginning. */
class FootprintIT {
    private static final ClientId WEB = new ClientId("web");

    private final boolean isH2 = System.getProperty("it.database", "h2").equals("h2");
    private final DataSource source = keeping(isH2 ? h2() : postgresql());

    private static DataSource h2() {
        try {
            Path file = Path.of("target/it/footprint").toAbsolutePath();
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file.resolveSibling("footprint.mv.db"));
            JdbcDataSource h2 = new JdbcDataSource();
            h2.setURL("jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_DELAY=-1");
            return h2;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static DataSource postgresql() {
        Map<String, String> environment = Postgres.shared().newDatabase();
        PGConnectionPoolDataSource postgresql = new PGConnectionPoolDataSource();
        postgresql.setUrl(environment.get("CLAVIGER_DATABASE_URL"));
        postgresql.setUser(environment.get("CLAVIGER_DATABASE_USER"));
        postgresql.setPassword(environment.get("CLAVIGER_DATABASE_PASSWORD"));
        // As a server does: to connect anew for each statement would take ten times as long as all the rest.
        return JdbcConnectionPool.create(postgresql);
    }

    /** One connection for everything: a server would have a pool. */
    private static DataSource keeping(DataSource real) {
        AtomicReference<Connection> kept = new AtomicReference<>();
        return (DataSource) Proxy.newProxyInstance(
                FootprintIT.class.getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, arguments) -> {
                    if (!method.getName().equals("getConnection")) {
                        return method.invoke(real, arguments);
                    }
                    if (kept.get() == null) {
                        kept.set(real.getConnection());
                    }
                    return Proxy.newProxyInstance(
                            FootprintIT.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (connection, call, parameters) ->
                                    call.getName().equals("close") ? null : call.invoke(kept.get(), parameters));
                });
    }

    private long query(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            found.next();
            return found.getLong(1);
        }
    }

    /** The table with its indexes; of H2 the table as it stands in its store. */
    private long bytes() throws SQLException {
        return query(isH2 ? "select disk_space_used('token_family')" : "select pg_total_relation_size('token_family')");
    }

    @Test
    void ten_thousand_rotations_add_no_row_and_no_byte() throws SQLException, OAuthException {
        try (Database database = Database.open(source)) {
            TestClock clock = new TestClock();
            MacKeys keys = MacKeys.load(database, Fixture.keyWrap(), RANDOM, new WatchedClock(clock, database));
            TokenFamilies families =
                    new TokenFamilies(database, Fixture.revocations(database, clock), Fixture::lifetimes, clock);
            RefreshTokens tokens = new RefreshTokens(families, keys);
            FamilyId family = new FamilyId(TOKENS.identifier());
            families.open(
                    new Authorization(family, WEB, new Subject("s"), Scope.parse("a"), clock.instant()),
                    new CodeBinding(TOKENS.secret(), "https://web.example.org/callback", CHALLENGE));
            families.redeem(family, WEB, (authorization, binding) -> "");
            String token = tokens.first(family);
            long afterOne = 0;
            for (int rotation = 1; rotation <= 10_000; rotation++) {
                token = tokens.rotate(token, WEB, Duration.ZERO, (authorization, binding) -> "")
                        .refreshToken();
                if (rotation == 1) {
                    afterOne = bytes();
                }
                if (rotation == 1 || rotation == 1_000 || rotation == 10_000) {
                    System.getLogger("footprint")
                            .log(
                                    System.Logger.Level.INFO,
                                    "{0} rotations: {1} row, {2} bytes",
                                    rotation,
                                    query("select count(*) from token_family"),
                                    bytes());
                }
            }

            assertThat(query("select count(*) from token_family")).isEqualTo(1);
            assertThat(query("select count(*) from revocation")).isZero();
            assertThat(query("select generation from token_family")).isEqualTo(10_001);
            assertThat(bytes()).isLessThanOrEqualTo(afterOne);
        }
    }
}

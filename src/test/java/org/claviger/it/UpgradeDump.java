package org.claviger.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A database as plain SQL that H2 and PostgreSQL both understand: the migrations as they were, Flyway's record of them, and all rows.
 * Instants are written by how far they are from now, so that what lived when it was written lives when it is read.
 */
final class UpgradeDump {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    /** As Flyway makes it. */
    private static final String HISTORY =
            """
            create table "flyway_schema_history" (
                "installed_rank" integer not null primary key,
                "version" varchar(50),
                "description" varchar(200) not null,
                "type" varchar(20) not null,
                "script" varchar(1000) not null,
                "checksum" integer,
                "installed_by" varchar(100) not null,
                "installed_on" timestamp default current_timestamp not null,
                "execution_time" integer not null,
                "success" boolean not null
            );
            create index "flyway_schema_history_s_idx" on "flyway_schema_history" ("success");
            """;

    private final Connection connection;
    private final StringBuilder sql = new StringBuilder();

    private UpgradeDump(Connection connection) {
        this.connection = connection;
    }

    private static Connection connect(Map<String, String> database) throws SQLException {
        return DriverManager.getConnection(
                database.get("CLAVIGER_DATABASE_URL"),
                database.getOrDefault("CLAVIGER_DATABASE_USER", ""),
                database.getOrDefault("CLAVIGER_DATABASE_PASSWORD", ""));
    }

    /** Of a PostgreSQL, by the environment that Claviger gets. */
    static String of(Map<String, String> database) throws IOException, SQLException {
        try (Connection connection = connect(database)) {
            UpgradeDump dump = new UpgradeDump(connection);
            dump.schema();
            dump.rows();
            return dump.sql.toString();
        }
    }

    /** Into an empty database. */
    static void load(String dump, Map<String, String> database) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(dump);
        }
    }

    private void schema() throws IOException {
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            for (Path file :
                    files.sorted(Comparator.comparing(UpgradeDump::version)).toList()) {
                sql.append(Files.readString(file).replaceAll("(?m) *--.*$", "").replaceAll("\n\n+", "\n"));
            }
        }
        sql.append(HISTORY);
    }

    private static int version(Path migration) {
        return Integer.parseInt(migration.getFileName().toString().replaceAll("V(\\d+)__.*", "$1"));
    }

    private void rows() throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet found = connection.getMetaData().getTables(null, "public", "%", new String[] {"TABLE"})) {
            while (found.next()) {
                tables.add(found.getString("TABLE_NAME"));
            }
        }
        for (String table : tables) { // resource_owner comes before resource_owner_group, which refers to it
            if (!table.equals("flyway_schema_history")) {
                sql.append("delete from ").append(table).append(";\n");
            }
            rows(table);
        }
        sql.append("alter table change alter column number restart with ")
                .append(number("select max(number) + 1 from change"))
                .append(";\nalter sequence revocation_number restart with ")
                .append(number("select last_value + 1 from revocation_number"))
                .append(";\n");
    }

    private long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            found.next();
            return found.getLong(1);
        }
    }

    private void rows(String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select " + columns(table) + " from " + table)) {
            ResultSetMetaData columns = row.getMetaData();
            List<String> names = new ArrayList<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                names.add(quote(table, columns.getColumnName(i)));
            }
            while (row.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    values.add(
                            columns.getColumnTypeName(i).equals("timestamptz")
                                    ? relative(row.getObject(i, OffsetDateTime.class))
                                    : literal(row.getObject(i)));
                }
                sql.append("insert into ")
                        .append(quote(table, table))
                        .append(names.stream().collect(Collectors.joining(", ", " (", ")")))
                        .append(values.stream().collect(Collectors.joining(", ", " values (", ");\n")));
            }
        }
    }

    private static String columns(String table) {
        return table.equals("flyway_schema_history")
                ? "installed_rank, version, description, type, script, checksum, installed_by, execution_time, success"
                : "*";
    }

    /** Flyway's table has names that H2 would spell in capitals. */
    private static String quote(String table, String name) {
        return table.equals("flyway_schema_history") ? '"' + name + '"' : name;
    }

    private static String literal(@Nullable Object value) {
        return value instanceof String text ? '\'' + text.replace("'", "''") + '\'' : String.valueOf(value);
    }

    private static String relative(@Nullable OffsetDateTime value) {
        if (value == null) {
            return "null";
        }
        Duration distance = Duration.between(Instant.now(), value);
        return String.format(
                Locale.ROOT,
                "current_timestamp %s interval '%d' second",
                distance.isNegative() ? "-" : "+",
                distance.abs().toSeconds());
    }
}

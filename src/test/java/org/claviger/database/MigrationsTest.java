package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The previous release runs on while a migration is applied, and for as long as its nodes are not replaced: so a migration only adds
 * what that release need not know of. What takes away stands here by name, with the release that no longer needed it
 * ({@code docs/upgrade.md}).
 */
class MigrationsTest {
    private static final Path FOLDER = Path.of("src/main/resources/db/migration");
    private static final Pattern NAME = Pattern.compile("V(\\d+)__\\w+\\.sql");

    /** Nothing ran before these that could go on. */
    private static final int LAST_BEFORE_THE_RULE = 6;

    /** File, and which release was the first that neither read nor wrote what it takes away. */
    private static final Map<String, String> CONTRACTIONS = Map.of();

    private static final List<Pattern> TAKING_AWAY = Stream.of(
                    "\\bdrop\\b",
                    "\\brename\\b",
                    "\\btruncate\\b",
                    "^delete\\b",
                    "^alter table.* alter ",
                    "^alter table.* add (constraint|primary key|unique|check|foreign key)\\b",
                    "^alter table.* add column (?!.*\\bdefault\\b).*\\bnot null\\b",
                    "^alter table.* add column .*\\b(unique|check|references|primary key)\\b",
                    "^create unique index\\b",
                    "^create (or replace )?(trigger|rule)\\b",
                    "^(revoke|lock)\\b")
            .map(Pattern::compile)
            .toList();

    private static List<String> statements(String sql) {
        return Stream.of(sql.replaceAll("--[^\n]*", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("\\s+", " ")
                        .split(";", -1))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static List<String> takingAway(String sql) {
        return statements(sql).stream()
                .filter(statement -> TAKING_AWAY.stream()
                        .anyMatch(pattern -> pattern.matcher(statement).find()))
                .toList();
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @Test
    void migrationsOnlyAdd() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files()) {
            String name = file.getFileName().toString();
            Matcher matcher = NAME.matcher(name);
            assertThat(matcher.matches()).as(name).isTrue();
            if (Integer.parseInt(matcher.group(1)) > LAST_BEFORE_THE_RULE && !CONTRACTIONS.containsKey(name)) {
                takingAway(Files.readString(file)).forEach(statement -> found.add(name + ": " + statement));
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void contractionsAreFiles() throws IOException {
        assertThat(files().stream().map(file -> file.getFileName().toString())).containsAll(CONTRACTIONS.keySet());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop table a",
                "create table b (c integer); -- and\n DROP\n TABLE a;",
                "alter table a drop column b",
                "alter table a rename to b",
                "alter table a rename column b to c",
                "alter table a alter column b type bigint",
                "alter table a alter column b set not null",
                "alter table a add column b integer not null",
                "alter table a add column b integer default 0 not null unique",
                "alter table a add column b integer check (b > 0)",
                "alter table a add constraint b check (c > 0)",
                "alter table a add unique (b)",
                "create unique index a on b (c)",
                "delete from a where b = 'c'",
                "truncate table a"
            })
    void whatTakesAwayIsFound(String sql) {
        assertThat(takingAway(sql)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table a (b integer not null primary key, c integer unique check (c > 0)) -- in place of what drop was; and more",
                "alter table a add column b integer",
                "alter table a add column b boolean default true not null",
                "create index a on b (c)",
                "create sequence a start with 1",
                "insert into a (b) values ('c')",
                "update a set b = 1 where b is null"
            })
    void whatAddsIsLeftAlone(String sql) {
        assertThat(takingAway(sql)).isEmpty();
    }
}

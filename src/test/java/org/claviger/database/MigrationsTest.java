package org.claviger.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The previous release runs on while a migration is applied, and for as long as its nodes are not replaced: so a migration only adds
 * what that release need not know of, and there are few statements that do. What takes away stands here by name, with the release that no longer needed it
 * ({@code docs/upgrade.md}).
 */
class MigrationsTest {
    private static final Path FOLDER = Path.of("src/main/resources/db/migration");
    private static final Pattern NAME = Pattern.compile("V(\\d+)__\\w+\\.sql");

    /** Nothing ran before these that could go on. */
    private static final int LAST_BEFORE_THE_RULE = 6;

    /** File, and which release was the first that neither read nor wrote what it takes away. */
    private static final Map<String, String> CONTRACTIONS = Map.of();

    /** What else is no plain addition, by its text as it is compared, and why it may stand there nevertheless. */
    private static final Map<String, String> EXCEPTIONS = Map.of(
            "create table password_reset ( subject varchar(22) not null primary key references resource_owner (subject) on"
                    + " delete cascade, code_hash varchar(43) not null unique, expires_at timestamp(6) with time zone not"
                    + " null )",
            "a release that does not know codes may delete a user: the code goes with it");

    private static final String NAMED = "\\w+";
    private static final String TYPE = "(varchar ?\\(\\d+\\)|boolean|integer|bigint|timestamp ?\\(6\\) with time zone)";
    private static final String CONSTANT = "('[^']*'|-?\\d+|true|false|current_timestamp)";

    /** With a default that costs PostgreSQL no look at the rows; whatever has none may be null. */
    private static final String COLUMN =
            NAMED + " " + TYPE + "( null)?( default " + CONSTANT + "( not null)?| not null default " + CONSTANT + ")?";

    /** All that a migration consists of. */
    private static final List<Pattern> ADDING = Stream.of(
                    "create table (if not exists )?" + NAMED + " ?\\((?!.*\\bas select\\b).*\\)",
                    "create index (if not exists )?" + NAMED + " on " + NAMED + " ?\\([\\w, ]+\\)",
                    "create sequence (if not exists )?" + NAMED + "( start with \\d+)?",
                    "alter table " + NAMED + " add (column )?(if not exists )?(?!constraint\\b)" + COLUMN,
                    "insert into " + NAMED + " ?\\([\\w, ]+\\) values (?!.*\\bon conflict\\b).*")
            .map(Pattern::compile)
            .toList();

    private static final Pattern CREATED = Pattern.compile("^create table (?:if not exists )?(\\w+)");
    private static final Pattern REFERENCED = Pattern.compile("\\breferences (\\w+)");

    private static List<String> statements(String sql) {
        return Stream.of(sql.replaceAll("--[^\n]*", "")
                        .replaceAll("(?s)/\\*.*?\\*/", " ")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("\\s+", " ")
                        .split(";", -1))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    /** What the release before may stumble over. */
    private static List<String> notAdding(String sql) {
        Set<String> created = new HashSet<>();
        List<String> found = new ArrayList<>();
        for (String statement : statements(sql)) {
            Matcher table = CREATED.matcher(statement);
            if (table.find()) {
                created.add(table.group(1));
            }
            // A row that it deletes, or does not write, would be missed by what it does not know.
            boolean alone = REFERENCED.matcher(statement).results().allMatch(old -> created.contains(old.group(1)));
            boolean adds = ADDING.stream()
                    .anyMatch(pattern -> pattern.matcher(statement).matches());
            if (!(adds && alone) && !EXCEPTIONS.containsKey(statement)) {
                found.add(statement);
            }
        }
        return found;
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
                notAdding(Files.readString(file)).forEach(statement -> found.add(name + ": " + statement));
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
                "/* of before */ drop table a",
                "/* of\n before */ delete from a",
                "alter table a drop column b",
                "alter table a rename to b",
                "alter table a rename column b to c",
                "alter table a alter column b type bigint",
                "alter table a alter column b set not null",
                "alter table a add column b integer not null",
                "alter table a add b integer not null",
                "alter table a add b integer unique",
                "alter table a add column b integer default 0 not null unique",
                "alter table a add column b integer default 0 not null, add column c integer not null",
                "alter table a add column b integer check (b > 0)",
                "alter table a add column b integer references c (d)",
                "alter table a add column b bigint generated always as identity",
                "alter table a add column b varchar(36) default gen_random_uuid() not null",
                "alter table a add constraint b check (c > 0)",
                "alter table a add unique (b)",
                "create unique index a on b (c)",
                "create table a (b varchar(22) not null references c (d) on delete cascade)",
                "create table a as select * from b",
                "create trigger a after insert on b execute function c()",
                "create rule a as on insert to b do instead nothing",
                "insert into a (b) values (1) on conflict (b) do update set b = 2",
                "insert into a (b) select b from c",
                "merge into a using b on a.c = b.c when matched then delete",
                "alter sequence a restart with 1",
                "update a set b = 1 where b is null",
                "with gone as (delete from a returning b) select b from gone",
                "do $$ begin delete from a",
                "delete from a where b = 'c'",
                "truncate table a",
                "lock table a"
            })
    void whatDoesNotOnlyAddIsFound(String sql) {
        assertThat(notAdding(sql)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create table a (b integer not null primary key, c integer unique check (c > 0)) -- in place of what drop was; and more",
                "create table a (b integer primary key); create table c (b integer references a (b))",
                "alter table a add column b integer",
                "alter table a add column b varchar(10) null",
                "alter table a add column b boolean default true not null",
                "alter table a add column b timestamp(6) with time zone default current_timestamp not null",
                "create index a on b (c, d)",
                "create sequence a start with 1",
                "insert into a (b) values ('c')"
            })
    void whatAddsIsLeftAlone(String sql) {
        assertThat(notAdding(sql)).isEmpty();
    }
}

package org.claviger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.audit.AuditEvent;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.GrantType;
import org.claviger.page.FormProblem;
import org.junit.jupiter.api.Test;

/** {@code docs/events.md} against the sources: what we find there stands in its tables; the last column is written by hand. */
class EventsTest {
    private static final Path DOCUMENT = Path.of("docs/events.md");
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern CODE = Pattern.compile("\"CLAVIGER-[0-9]{4} ");
    private static final Pattern MENTIONED = Pattern.compile("CLAVIGER-[0-9]{4}");
    private static final Pattern LEVEL = Pattern.compile("Level[.]([A-Z]+)");
    private static final Pattern RECORDED = Pattern.compile("Audit[.]record[(]\\s*AuditEvent[.]([A-Z_]+)");

    /** A row of a table without its last column. */
    private record Row(String cells) {
        static Row of(String... cells) {
            return new Row("| " + String.join(" | ", cells) + " |");
        }
    }

    private static List<String> sources() throws IOException {
        return sources(SOURCES);
    }

    private static List<String> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> sources = new ArrayList<>();
            for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                sources.add(Files.readString(file));
            }
            return sources;
        }
    }

    // --- What the log may have ---

    private static List<Row> logged() throws IOException {
        TreeSet<String> rows = new TreeSet<>();
        for (String source : sources()) {
            Matcher found = CODE.matcher(source);
            while (found.find()) {
                String text = text(source, found.start());
                String code = text.substring(0, 13);
                rows.add(Row.of("`" + code + "`", level(source, found.start()), text.substring(14))
                        .cells());
            }
        }
        return rows.stream().map(Row::new).toList();
    }

    /** The level that stands in the same statement; what is given to {@code Refresh} and {@code sayOnce} is an error. */
    private static String level(String source, int at) {
        int begin = Math.max(source.lastIndexOf(';', at), source.lastIndexOf('{', at));
        Matcher found = LEVEL.matcher(source.substring(begin, at));
        String level = "ERROR";
        while (found.find()) {
            level = found.group(1);
        }
        return level;
    }

    /** Literals that are joined by plus signs; what is not literal, or a placeholder, is an ellipsis. */
    private static String text(String source, int begin) {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        boolean computed = false;
        for (int i = begin; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '"' && depth == 0) {
                for (i++; source.charAt(i) != '"'; i++) {
                    i += source.charAt(i) == '\\' ? 1 : 0;
                    text.append(source.charAt(i));
                }
            } else if (c == '(') {
                depth++;
            } else if (depth == 0 && (c == ',' || c == ';' || c == ')')) {
                break;
            } else if (c == ')') {
                depth--;
            } else if (c == '+' && depth == 0) {
                computed = false;
            } else if (!Character.isWhitespace(c) && depth == 0 && !computed) {
                computed = true;
                text.append('…');
            }
        }
        return text.toString().replaceAll("[{][0-9][}]", "…");
    }

    @Test
    void every_numbered_line_of_the_log_is_in_the_document() throws IOException {
        assertTable("code | level | text | when it is written, and what to do", logged());
    }

    @Test
    void no_page_names_a_line_that_there_is_not() throws IOException {
        String all = String.join("", sources()) + sources(Path.of("src/client/java"));
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("server-config/README.md")));
        try (Stream<Path> files = Files.list(Path.of("docs"))) {
            files.filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            assertThat(MENTIONED.matcher(Files.readString(page)).results().map(found -> found.group()))
                    .as(page.toString())
                    .allMatch(all::contains);
        }
    }

    @Test
    void the_runbook_has_each_section_that_is_linked_to() throws IOException {
        Set<String> sections = Files.readString(Path.of("docs/runbook.md"))
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line ->
                        line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT).replace(' ', '-'))
                .collect(Collectors.toSet());
        String links = Files.readString(DOCUMENT) + Files.readString(Path.of("docs/runbook.md"));
        assertThat(Pattern.compile("[(](?:runbook[.]md)?#([a-z-]+)[)]")
                        .matcher(links)
                        .results()
                        .map(link -> link.group(1)))
                .isNotEmpty()
                .allMatch(sections::contains);
    }

    // --- What the audit may have ---

    @Test
    void every_event_of_the_audit_is_in_the_document() throws IOException {
        String all = String.join("", sources()) + sources(Path.of("src/client/java"));
        TreeSet<String> withoutRow = RECORDED.matcher(all)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        List<Row> events = Stream.of(AuditEvent.values())
                .map(AuditEvent::name)
                .map(name -> Row.of(
                        "`" + name + "`",
                        withoutRow.contains(name) || name.endsWith("_REFUSED") ? "log, count" : "all"))
                .toList();

        assertTable("event | where | what has happened", events);
    }

    @Test
    void every_reason_that_counts_are_told_apart_by_is_in_the_document() throws IOException {
        Stream<String> problems =
                Stream.of(FormProblem.values()).map(problem -> problem.name().toLowerCase(Locale.ROOT));
        Stream<String> grants =
                Stream.concat(Stream.of(GrantType.values()).map(GrantType::value), Stream.of("browser_session"));
        Stream<String> errors = Stream.of(ErrorCode.values()).map(ErrorCode::value);
        List<Row> reasons = Stream.of(errors, problems, grants)
                .flatMap(codes -> codes)
                .distinct()
                .map(code -> Row.of("`" + code + "`"))
                .toList();

        assertTable("reason | what it says", reasons);
    }

    /** The table with this head has these rows, in this order, and each has something in its last column. */
    private static void assertTable(String head, List<Row> expected) throws IOException {
        String document = Files.readString(DOCUMENT);
        Pattern place = Pattern.compile("(?<=" + Pattern.quote("| " + head + " |\n") + "[|-]{1,40}\n)(?:[|].*\n)*");
        Matcher table = place.matcher(document);
        assertThat(table.find()).as("a table with the head " + head).isTrue();
        Map<String, String> written = new HashMap<>();
        List<String> found = new ArrayList<>();
        table.group().lines().forEach(line -> {
            int last = line.lastIndexOf(" | ");
            written.put(line.substring(0, last + 2), line.substring(last + 3));
            found.add(line.substring(0, last + 2));
        });
        if (Boolean.getBoolean("events.write")) { // ./mvnw test -Dtest=EventsTest -Devents.write=true
            String rows = expected.stream()
                    .map(row -> row.cells() + " " + written.getOrDefault(row.cells(), "TODO |") + "\n")
                    .collect(Collectors.joining());
            Files.writeString(DOCUMENT, document.substring(0, table.start()) + rows + document.substring(table.end()));
            return;
        }

        assertThat(found)
                .as("the table of " + DOCUMENT + "; -Devents.write=true writes all but its last column")
                .isEqualTo(expected.stream().map(Row::cells).toList());
        assertThat(written.values()).doesNotContain("TODO |").noneMatch(cell -> cell.length() < 5);
    }
}

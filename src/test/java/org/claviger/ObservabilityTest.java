package org.claviger;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.claviger.oauth.ErrorCode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What is said of metrics, asked of them and made of them agrees with what a node exports. */
class ObservabilityTest {
    private static final Path FOLDER = Path.of("server-config/observability");

    /** The document of each is a section of the runbook. */
    private static final List<String> ALERTS = List.of(
            "ClavigerDown",
            "ClavigerNotLive",
            "ClavigerJobStuck",
            "ClavigerNotReady",
            "ClavigerFeedStale",
            "ClavigerDatabaseAway",
            "ClavigerKeyRotationLate",
            "ClavigerClockWrong",
            "ClavigerRefreshTokenReuse",
            "ClavigerSignInRefusals",
            "ClavigerThrottling",
            "ClavigerErrors5xx",
            "ClavigerCleanupBehind",
            "ClavigerAuditBroken",
            "ClavigerAuditUnsealed",
            "ClavigerNobodyHasLease",
            "ClavigerSettingsOutsideAdvice",
            "ClavigerPoolExhausted");

    /** Labels that Prometheus adds. */
    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job", "le");

    private static final Pattern SELECTOR = Pattern.compile("\\b(claviger_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!=|!~|=)\"([^\"]*)\"");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on|without|ignoring) ?\\(([^)]*)\\)");

    /** How many values of a label the table lists. */
    private static final int FEW = 14;

    private static Map<String, OpenMetrics.Family> families;

    /** The labels of each sample by its name, and their values. */
    private static final Map<String, Map<String, Set<String>>> LABELS = new TreeMap<>();

    @BeforeAll
    static void scrape() {
        families = MetricsTest.Open.begin().scrape();
        families.values().forEach(family -> family.samples().forEach(sample -> {
            Map<String, Set<String>> labels = LABELS.computeIfAbsent(sample.name(), none -> new TreeMap<>());
            sample.labels().forEach((name, value) -> labels.computeIfAbsent(name, none -> new TreeSet<>())
                    .add(value));
        }));
        // Those appear with the first request that is refused so.
        LABELS.get("claviger_http_requests_total")
                .get("error")
                .addAll(Arrays.stream(ErrorCode.values()).map(ErrorCode::value).toList());
    }

    @Test
    void the_table_of_metrics_is_made_from_what_is_exported() throws IOException {
        Path file = Path.of("docs/metrics.md");
        String document = Files.readString(file);
        String begin = "<!-- begin of the metrics, made from what a node exports -->\n";
        String end = "<!-- end of the metrics -->\n";
        String table = table();
        String expected = document.replaceAll("(?s)(?<=" + begin + ").*(?=" + end + ")", "")
                .replace(begin, begin + table);
        if (Boolean.getBoolean("metrics.write")) { // ./mvnw test -Dtest=ObservabilityTest -Dmetrics.write=true
            Files.writeString(file, expected, StandardCharsets.UTF_8);
            return;
        }

        assertThat(document).containsOnlyOnce(begin).containsOnlyOnce(end);
        assertThat(document)
                .as("the table in docs/metrics.md; -Dmetrics.write=true writes it:\n" + table)
                .isEqualTo(expected);
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| metric | type | labels | |\n|---|---|---|---|\n");
        families.values().forEach(family -> {
            String name = family.name() + (family.type().equals("counter") ? "_total" : "");
            Map<String, Set<String>> labels =
                    new TreeMap<>(LABELS.get(family.samples().get(0).name()));
            labels.remove("le");
            table.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            name,
                            family.type(),
                            labels.isEmpty()
                                    ? "–"
                                    : labels.entrySet().stream()
                                            .map(label -> label(label.getKey(), label.getValue()))
                                            .collect(joining("; ")),
                            family.help()));
        });
        return table.toString();
    }

    private static String label(String name, Set<String> values) {
        return "`" + name + "`"
                + (values.size() > FEW
                        ? ""
                        : values.stream()
                                .filter(value -> !value.isEmpty())
                                .map(value -> "`" + value + "`")
                                .collect(joining(", ", ": ", "")));
    }

    /** What surrounds the table, and where it is said what to do. */
    @Test
    void documents_name_no_other_metrics() throws IOException {
        Set<String> known = new HashSet<>(LABELS.keySet());
        known.addAll(families.keySet());
        for (Path file : List.of(Path.of("docs/metrics.md"), Path.of("docs/runbook.md"))) {
            if (Files.exists(file)) {
                assertThat(SELECTOR.matcher(Files.readString(file)).results().map(found -> found.group(1)))
                        .as(file.toString())
                        .isSubsetOf(known);
            }
        }
    }

    @Test
    void the_rules_ask_for_what_is_exported_and_lead_to_the_runbook() throws IOException {
        List<Map<String, Object>> rules = rules();
        Path runbook = Path.of("docs/runbook.md");
        String sections = Files.exists(runbook) ? "\n" + Files.readString(runbook) : "";

        assertThat(rules).extracting(rule -> rule.get("alert")).isEqualTo(ALERTS);
        for (Map<String, Object> rule : rules) {
            String name = String.valueOf(rule.get("alert"));
            assertThat(problems(String.valueOf(rule.get("expr")))).as(name).isEmpty();
            assertThat(rule.get("annotations"))
                    .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                    .containsEntry("runbook_url", "docs/runbook.md#" + name.toLowerCase(Locale.ROOT))
                    .containsKey("summary");
            assertThat(sections.isEmpty() || sections.contains("\n## " + name + "\n"))
                    .as("a section of the runbook about " + name)
                    .isTrue();
        }
    }

    /** Which promtool runs: what is not asked for passes there. */
    @Test
    @SuppressWarnings("unchecked") // YAML has no types
    void each_rule_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() throws IOException {
        Map<String, Object> file = new Yaml().load(Files.readString(FOLDER.resolve("alerts-test.yaml")));
        Map<Boolean, Set<Object>> asked = ((List<Map<String, Object>>) file.get("tests"))
                .stream()
                        .flatMap(test -> ((List<Map<String, Object>>) test.get("alert_rule_test")).stream())
                        .collect(partitioningBy(
                                ask -> ask.containsKey("exp_alerts"), mapping(ask -> ask.get("alertname"), toSet())));

        assertThat(asked.get(true)).as("fires").isEqualTo(Set.copyOf(ALERTS));
        assertThat(asked.get(false)).as("does not").isEqualTo(Set.copyOf(ALERTS));
    }

    @SuppressWarnings("unchecked") // YAML has no types
    private static List<Map<String, Object>> rules() throws IOException {
        Map<String, Object> file = new Yaml().load(Files.readString(FOLDER.resolve("alerts.yaml")));
        return ((List<Map<String, Object>>) file.get("groups"))
                .stream()
                        .flatMap(group -> ((List<Map<String, Object>>) group.get("rules")).stream())
                        .toList();
    }

    @Test
    void the_dashboard_shows_every_metric_and_no_other() throws IOException {
        List<String> queries = new ArrayList<>();
        collect(
                Json.createReader(Files.newBufferedReader(FOLDER.resolve("dashboard.json")))
                        .readObject(),
                queries);

        assertThat(queries)
                .hasSizeGreaterThan(20)
                .allSatisfy(query -> assertThat(problems(query)).as(query).isEmpty());
        assertThat(queries.stream()
                        .flatMap(query -> SELECTOR.matcher(query).results().map(found -> found.group(1)))
                        .map(ObservabilityTest::family)
                        .collect(toSet()))
                .isEqualTo(families.keySet());
    }

    private static String family(String sample) {
        return families.values().stream()
                .filter(family ->
                        family.samples().stream().anyMatch(one -> one.name().equals(sample)))
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static void collect(JsonValue value, List<String> queries) {
        if (value instanceof JsonObject object) {
            for (String key : List.of("expr", "query")) {
                if (object.get(key) instanceof JsonString query
                        && query.getString().contains("claviger_")) {
                    queries.add(query.getString());
                }
            }
            object.values().forEach(inner -> collect(inner, queries));
        } else if (value instanceof JsonArray array) {
            array.forEach(inner -> collect(inner, queries));
        }
    }

    @Test
    void what_is_wrong_in_a_query_is_found() {
        assertThat(problems("claviger_opened == 0")).hasSize(1);
        assertThat(problems("claviger_events_total{evnt=\"signed_in\"}")).hasSize(1);
        assertThat(problems("claviger_events_total{event=\"sign_in\"}")).hasSize(1);
        assertThat(problems("claviger_events_total{event=~\"signed_in|signed_off\"}"))
                .hasSize(1);
        assertThat(problems("sum by (grants) (claviger_tokens_issued_total)")).hasSize(1);
        assertThat(problems("claviger_http_request_duration_seconds")).hasSize(1);
        assertThat(problems("sum by (error, instance) (claviger_http_requests_total{error=~\"invalid_.*\"})"))
                .isEmpty();
    }

    /** Names, labels and values of labels that a query asks for and no node exports. */
    private static List<String> problems(String query) {
        List<String> problems = new ArrayList<>();
        Set<String> known = new HashSet<>(OF_PROMETHEUS);
        Matcher selector = SELECTOR.matcher(query);
        while (selector.find()) {
            Map<String, Set<String>> labels = LABELS.get(selector.group(1));
            if (labels == null) {
                problems.add(selector.group(1));
                continue;
            }
            known.addAll(labels.keySet());
            problems.addAll(problems(labels, selector.group(2) == null ? "" : selector.group(2)));
        }
        GROUPING.matcher(query)
                .results()
                .flatMap(names -> Stream.of(names.group(1).split(",", -1)))
                .map(String::strip)
                .filter(name -> !known.contains(name))
                .forEach(problems::add);
        return problems;
    }

    private static List<String> problems(Map<String, Set<String>> labels, String matchers) {
        List<String> problems = new ArrayList<>();
        Matcher matcher = MATCHER.matcher(matchers);
        while (matcher.find()) {
            String name = matcher.group(1);
            if (OF_PROMETHEUS.contains(name)) {
                continue;
            }
            Set<String> values = labels.getOrDefault(name, Set.of());
            for (String wanted : matcher.group(2).endsWith("~")
                    ? matcher.group(3).split("\\|", -1)
                    : new String[] {Pattern.quote(matcher.group(3))}) {
                if (values.stream().noneMatch(value -> value.matches(wanted))) {
                    problems.add(matcher.group());
                }
            }
        }
        return problems;
    }

    /** By Debian's package prometheus, where it is installed, as {@code .ci/run} says it is; names are checked in any case. */
    @Test
    void promtool_finds_nothing_wrong_and_its_tests_of_the_rules_pass() throws Exception {
        Path promtool = Path.of("/usr/bin/promtool");
        if (!Files.isExecutable(promtool)) {
            assertThat(System.getProperty("promtool"))
                    .as(promtool + " is not there")
                    .isNotEqualTo("required");
            return;
        }
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("prometheus.yml", List.of("check", "config"));
        commands.put("alerts.yaml", List.of("check", "rules"));
        commands.put("alerts-test.yaml", List.of("test", "rules"));
        for (Map.Entry<String, List<String>> command : commands.entrySet()) {
            List<String> words = Stream.of(List.of(promtool.toString()), command.getValue(), List.of(command.getKey()))
                    .flatMap(List::stream)
                    .collect(toCollection(ArrayList::new));
            Process process = new ProcessBuilder(words)
                    .directory(FOLDER.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(process.waitFor()).as(said).isZero();
        }
    }
}

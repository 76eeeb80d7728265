package org.claviger;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads OpenMetrics text 1.0 strictly: what the specification says MUST NOT be is an {@link IllegalArgumentException} with the line. Exemplars
 * and timestamps, which we do not write, are refused too. Maven Central has writers of this format and no reader.
 */
public final class OpenMetrics {
    private static final Pattern DESCRIPTOR = Pattern.compile("# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("\\G(,?)([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\\\\\"\\n]|\\\\[\\\\\"n])*)\"");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity))|(?i:nan)");
    private static final Map<String, Set<String>> SUFFIXES = Map.of(
            "gauge", Set.of(""),
            "counter", Set.of("_total"),
            "summary", Set.of("", "_sum", "_count"),
            "histogram", Set.of("_bucket", "_sum", "_count"));

    private final Map<String, Family> families = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> described = new LinkedHashMap<>();
    private String current = "";

    /** One line with a value. */
    public record Sample(String name, Map<String, String> labels, double value) {}

    /** A metric family with what describes it. */
    public record Family(String name, String type, String unit, String help, List<Sample> samples) {}

    private OpenMetrics() {}

    /** All families by their names, in their order. */
    public static Map<String, Family> parse(String text) {
        if (!text.endsWith("\n# EOF\n") || text.indexOf("# EOF") != text.length() - 6 || text.contains("\r")) {
            throw new IllegalArgumentException("must end with # EOF");
        }
        OpenMetrics read = new OpenMetrics();
        List<String> lines = List.of(text.split("\n", -1));
        for (String line : lines.subList(0, lines.size() - 2)) {
            if (line.startsWith("#")) {
                read.descriptor(line);
            } else {
                read.sample(line);
            }
        }
        read.families.values().forEach(OpenMetrics::check);
        return read.families;
    }

    private static void require(boolean holds, String line) {
        if (!holds) {
            throw new IllegalArgumentException(line);
        }
    }

    private void descriptor(String line) {
        Matcher parts = DESCRIPTOR.matcher(line);
        require(parts.matches(), line);
        String name = parts.group(2);
        if (!name.equals(current)) {
            require(!described.containsKey(name), "interleaved: " + line);
            current = name;
            described.put(name, new TreeMap<>());
        }
        require(!families.containsKey(name), "after its samples: " + line);
        require(described.get(name).put(parts.group(1), parts.group(3)) == null, "twice: " + line);
        if (parts.group(1).equals("TYPE")) {
            require(SUFFIXES.containsKey(parts.group(3)), "of a type that is not ours: " + line);
        } else if (parts.group(1).equals("UNIT")) {
            require(name.endsWith("_" + parts.group(3)), "the unit is not in the name: " + line);
        }
    }

    private void sample(String line) {
        Matcher parts = SAMPLE.matcher(line);
        require(parts.matches(), line);
        require(NUMBER.matcher(parts.group(3)).matches(), "no number: " + line);
        Map<String, String> descriptors = described.get(current);
        require(descriptors != null && descriptors.keySet().containsAll(Set.of("TYPE", "HELP")), "of nothing: " + line);
        String type = descriptors.get("TYPE");
        require(
                parts.group(1).startsWith(current)
                        && SUFFIXES.get(type).contains(parts.group(1).substring(current.length())),
                "of another family or with a wrong suffix: " + line);
        Family family = families.computeIfAbsent(
                current,
                name -> new Family(
                        name, type, descriptors.getOrDefault("UNIT", ""), descriptors.get("HELP"), new ArrayList<>()));
        family.samples.add(new Sample(parts.group(1), labels(parts.group(2), line), number(parts.group(3))));
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new LinkedHashMap<>();
        int end = 0;
        Matcher label = LABEL.matcher(text == null ? "" : text);
        while (label.find()) {
            require(label.group(1).isEmpty() == labels.isEmpty(), "labels: " + line);
            String value =
                    label.group(3).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
            require(labels.put(label.group(2), value) == null, "a label twice: " + line);
            end = label.end();
        }
        require(end == (text == null ? 0 : text.length()), "labels: " + line);
        return labels;
    }

    private static double number(String text) {
        return switch (text.toLowerCase(java.util.Locale.ROOT)) {
            case "+inf", "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    private static void check(Family family) {
        Set<String> series = new HashSet<>();
        Set<Map<String, String>> groups = new HashSet<>();
        Map<String, String> last = null;
        double bucket = -1;
        double bound = Double.NEGATIVE_INFINITY;
        for (Sample sample : family.samples) {
            String what = family.name + " " + sample;
            require(series.add(sample.name + sample.labels), "twice: " + what);
            Map<String, String> group = new LinkedHashMap<>(sample.labels);
            String le = group.remove("le");
            require((le != null) == sample.name.endsWith("_bucket"), "le: " + what);
            if (!group.equals(last)) {
                require(groups.add(group), "interleaved: " + what);
                last = group;
                bucket = -1;
                bound = Double.NEGATIVE_INFINITY;
            }
            if (!family.type.equals("gauge")) {
                require(sample.value >= 0, "below zero or no number: " + what);
            }
            if (le != null) {
                require(number(le) > bound && sample.value >= bucket, "not cumulative: " + what);
                bound = number(le);
                bucket = sample.value;
            }
            if (family.type.equals("histogram") && sample.name.endsWith("_count")) {
                require(bound == Double.POSITIVE_INFINITY && sample.value == bucket, "count: " + what);
            }
        }
    }
}

package org.claviger.it;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A form of a page.
 *
 * @param fields what the page filled in itself, hidden fields above all
 * @param open the names of the fields that are left to the person
 * @param buttons name and value of each button that has a name
 */
record Form(String action, Map<String, String> fields, List<String> open, List<Map.Entry<String, String>> buttons) {
    private static final Pattern FORM = Pattern.compile("<form\\b([^>]*)>(.*?)</form>", Pattern.DOTALL);
    private static final Pattern CONTROL = Pattern.compile("<(input|button)\\b([^>]*)>");
    private static final Pattern ATTRIBUTE = Pattern.compile("([a-z-]+)(?:=\"([^\"]*)\")?");

    /** The form of a page, if there is one; of several the first. */
    static Optional<Form> find(String page) {
        return find(page, "");
    }

    /** The first form of a page in which this stands. */
    static Optional<Form> find(String page, String part) {
        return FORM.matcher(page)
                .results()
                .filter(form -> form.group().contains(part))
                .findFirst()
                .map(Form::of);
    }

    private static Form of(MatchResult form) {
        Map<String, String> fields = new LinkedHashMap<>();
        List<String> open = new ArrayList<>();
        List<Map.Entry<String, String>> buttons = new ArrayList<>();
        Matcher controls = CONTROL.matcher(form.group(2));
        while (controls.find()) {
            Map<String, String> control = attributes(controls.group(2));
            String name = control.get("name");
            if (name == null) {
                continue;
            }
            String type = control.getOrDefault("type", controls.group(1).equals("button") ? "submit" : "text");
            switch (type) {
                case "submit" -> buttons.add(Map.entry(name, control.getOrDefault("value", "")));
                case "hidden" -> fields.put(name, control.getOrDefault("value", ""));
                case "checkbox", "radio" -> {
                    if (control.containsKey("checked")) {
                        fields.put(name, control.getOrDefault("value", "on"));
                    }
                }
                default -> {
                    fields.put(name, control.getOrDefault("value", ""));
                    open.add(name);
                }
            }
        }
        return new Form(attributes(form.group(1)).getOrDefault("action", ""), fields, open, buttons);
    }

    private static Map<String, String> attributes(String tag) {
        Map<String, String> attributes = new LinkedHashMap<>();
        Matcher matcher = ATTRIBUTE.matcher(tag);
        while (matcher.find()) {
            attributes.put(matcher.group(1), unescape(matcher.group(2) == null ? "" : matcher.group(2)));
        }
        return attributes;
    }

    static String unescape(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }

    boolean isSignIn() {
        return open.contains("password");
    }

    boolean isConsent() {
        return buttons.stream().anyMatch(button -> button.getKey().equals("decision"));
    }

    /** What is sent when a person fills in these names and values and leaves the rest as it is. */
    String filledIn(String... namesAndValues) {
        Map<String, String> sent = new LinkedHashMap<>(fields);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            sent.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return RunningClaviger.form(sent.entrySet().stream()
                .flatMap(field -> Stream.of(field.getKey(), field.getValue()))
                .toArray(String[]::new));
    }
}

package org.claviger.console;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/** A form of the console in the making: each field has its label, the one that does not fit is marked, and the token is in it. */
final class FormHtml {
    private final Visit visit;
    private final Optional<Problem> problem;
    private final Html html = new Html();

    /** A form that is sent to this page of the console. */
    FormHtml(Visit visit, String page, Optional<Problem> problem) {
        this.visit = visit;
        this.problem = problem;
        html.open("form", "method", "post", "action", page);
        hidden("form_token", visit.formToken(page));
    }

    /** What of a form does not fit, and which field it is, or none of them. */
    record Problem(String field, String message) {
        /** Of a message that begins with the JSON pointer to what does not fit. */
        static Problem of(Exception refused) {
            String message = String.valueOf(refused.getMessage());
            return message.startsWith("/")
                    ? new Problem(message.substring(1).split("[/:]", 2)[0], message.substring(1))
                    : new Problem("", message);
        }
    }

    FormHtml hidden(String name, String value) {
        html.open("input", "type", "hidden", "name", name, "value", value);
        return this;
    }

    FormHtml text(String name, String label, String value, String... attributes) {
        label(name, label);
        String[] all = join(
                new String[] {"id", name, "name", name, "value", value, "autocomplete", "off", "spellcheck", "false"},
                join(attributes, marks(name)));
        html.open("input", all);
        return this;
    }

    /** A text area with a line for each. */
    FormHtml lines(String name, String label, String value) {
        label(name, label);
        int rows = (int) Math.min(8, Math.max(2, value.lines().count() + 1));
        html.open(
                "textarea",
                join(
                        new String[] {"id", name, "name", name, "rows", Integer.toString(rows), "spellcheck", "false"},
                        marks(name)));
        html.add("\n").text(value).close("textarea"); // browsers drop the first line break
        return this;
    }

    FormHtml choice(
            String name, String label, String value, Collection<String> options, Function<String, String> words) {
        label(name, label);
        html.open("select", join(new String[] {"id", name, "name", name}, marks(name)));
        options.forEach(option -> html.element(
                "option",
                words.apply(option),
                join(new String[] {"value", option}, option.equals(value) ? new String[] {"selected", ""} : NONE)));
        html.close("select");
        return this;
    }

    FormHtml check(String name, String label, boolean checked) {
        html.open("label", "class", "choice")
                .open(
                        "input",
                        join(
                                new String[] {"type", "checkbox", "name", name, "value", "true"},
                                checked ? new String[] {"checked", ""} : NONE))
                .text(" " + label)
                .close("label");
        return this;
    }

    /** Fields that belong together. */
    FormHtml group(String legend, Runnable fields) {
        html.open("fieldset").element("legend", legend);
        fields.run();
        html.close("fieldset");
        return this;
    }

    FormHtml add(Html other) {
        html.add(other);
        return this;
    }

    /** The button and the end of the form; before it, where that is known, what does not fit. */
    Html submit(String label) {
        html.element("button", label, "type", "submit").close("form");
        return problem.map(found -> new Html()
                        .element("p", visit.text("console.problem", found.message), "role", "alert", "id", "problem")
                        .add(html))
                .orElse(html);
    }

    private static final String[] NONE = {};

    private void label(String name, String label) {
        html.element("label", label, "for", name);
    }

    private String[] marks(String name) {
        return problem.filter(found -> found.field.equals(name)).isPresent()
                ? new String[] {"aria-invalid", "true", "aria-describedby", "problem", "autofocus", ""}
                : NONE;
    }

    private static String[] join(String[] some, String[] others) {
        String[] all = new String[some.length + others.length];
        System.arraycopy(some, 0, all, 0, some.length);
        System.arraycopy(others, 0, all, some.length, others.length);
        return all;
    }
}

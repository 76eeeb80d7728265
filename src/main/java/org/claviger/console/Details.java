package org.claviger.console;

/** What there is to know of one thing, name by name; what is empty is left out. */
final class Details {
    private final Html html = new Html().open("dl");

    /** A value, which may have several lines. */
    Details of(String name, String value) {
        if (!value.isEmpty()) {
            html.element("dt", name);
            value.lines().forEach(line -> html.element("dd", line));
        }
        return this;
    }

    Details of(String name, Html value) {
        html.element("dt", name).open("dd").add(value).close("dd");
        return this;
    }

    Html html() {
        return html.close("dl");
    }
}

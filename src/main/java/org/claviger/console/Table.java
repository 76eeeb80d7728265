package org.claviger.console;

import java.util.Arrays;
import java.util.List;

/** A table that scrolls by itself where the screen is narrow, with the keyboard too. */
final class Table {
    private final String label;
    private final List<String> columns;
    private final Html rows = new Html();
    private int size;

    /**
     * An empty table.
     *
     * @param label what it is a table of, for who cannot see its heading beside it
     */
    Table(String label, List<String> columns) {
        this.label = label;
        this.columns = columns;
    }

    /** Adds a row, whose first cell says what it is about. */
    Table row(Html first, Html... others) {
        rows.open("tr").open("th", "scope", "row").add(first).close("th");
        Arrays.stream(others).forEach(cell -> rows.open("td").add(cell).close("td"));
        rows.close("tr");
        size++;
        return this;
    }

    boolean isEmpty() {
        return size == 0;
    }

    Html html() {
        Html html = new Html()
                .open("div", "class", "scroll", "role", "region", "tabindex", "0", "aria-label", label)
                .open("table")
                .open("thead")
                .open("tr");
        columns.forEach(column -> html.element("th", column, "scope", "col"));
        return html.close("tr")
                .close("thead")
                .open("tbody")
                .add(rows)
                .close("tbody")
                .close("table")
                .close("div");
    }
}

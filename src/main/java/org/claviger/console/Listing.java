package org.claviger.console;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** A list that can be searched and is read page by page. */
final class Listing {
    private static final int SIZE = 50;
    private static final int MOST_TYPED = 255;

    /** Reads entries after one, at most so many, of those that the name finds. */
    @FunctionalInterface
    interface Reading<T> {
        List<T> read(String after, int limit, String name) throws OAuthException;
    }

    private final Visit visit;
    private final String page;
    private final String name;

    Listing(Visit visit, String page) throws OAuthException {
        this.visit = visit;
        this.page = page;
        String typed = visit.asked("name");
        this.name = typed.substring(0, Math.min(MOST_TYPED, typed.length()));
    }

    /** The field to search with. */
    Html search(String label) {
        return new Html()
                .open("form", "method", "get", "action", page, "role", "search", "class", "search")
                .element("label", label, "for", "name")
                .open("input", "id", "name", "name", "name", "type", "search", "value", name, "maxlength", "255")
                .element("button", visit.text("console.search"), "type", "submit")
                .close("form");
    }

    /**
     * One page of the list.
     *
     * @param row adds an entry to the table
     * @param last names the entry after which the next page begins
     */
    <T> Html entries(Reading<T> reading, Table table, BiConsumer<Table, T> row, Function<T, String> last)
            throws OAuthException {
        List<T> found = reading.read(visit.asked("after"), SIZE + 1, name);
        List<T> shown = found.subList(0, Math.min(SIZE, found.size()));
        shown.forEach(entry -> row.accept(table, entry));
        Html html = table.isEmpty() ? new Html().element("p", visit.text("console.none")) : table.html();
        if (found.size() > SIZE) {
            String next =
                    Parameters.pair("name", name) + "&" + Parameters.pair("after", last.apply(shown.get(SIZE - 1)));
            html.open("p")
                    .link(page + "?" + next, visit.text("console.next"), "rel", "next")
                    .close("p");
        }
        return html;
    }
}

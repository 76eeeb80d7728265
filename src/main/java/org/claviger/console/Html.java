package org.claviger.console;

import static org.claviger.page.Page.escape;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** HTML in the making. Text comes in escaped and in no other way; names of elements and attributes are ours. */
final class Html {
    private final StringBuilder html = new StringBuilder();

    /** Opens an element with attributes, names and values in turn; one whose value is empty is the name alone. */
    Html open(String name, String... attributes) {
        html.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            html.append(' ').append(attributes[i]);
            if (!attributes[i + 1].isEmpty() || attributes[i].equals("value")) {
                html.append("=\"").append(escape(attributes[i + 1])).append('"');
            }
        }
        html.append('>');
        return this;
    }

    Html close(String name) {
        html.append("</").append(name).append(">\n");
        return this;
    }

    Html text(String text) {
        html.append(escape(text));
        return this;
    }

    Html element(String name, String text, String... attributes) {
        return open(name, attributes).text(text).close(name);
    }

    Html link(String address, String text, String... attributes) {
        html.append("<a href=\"").append(escape(address)).append('"');
        for (int i = 0; i < attributes.length; i += 2) {
            html.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escape(attributes[i + 1]))
                    .append('"');
        }
        html.append('>').append(escape(text)).append("</a>");
        return this;
    }

    /** To the second, in UTC: the nodes and the people may be anywhere. */
    Html time(Instant at) {
        String seconds = at.truncatedTo(ChronoUnit.SECONDS).toString();
        html.append("<time datetime=\"")
                .append(seconds)
                .append("\">")
                .append(readable(at))
                .append("</time>");
        return this;
    }

    static String readable(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ').replace("Z", " UTC");
    }

    Html add(Html other) {
        html.append(other.html);
        return this;
    }

    /** Adds what is HTML already. */
    Html add(String ready) {
        html.append(ready);
        return this;
    }

    static Html of(String text) {
        return new Html().text(text);
    }

    @Override
    public String toString() {
        return html.toString();
    }
}

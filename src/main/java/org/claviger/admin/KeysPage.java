package org.claviger.admin;

import static org.claviger.page.Page.escape;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.claviger.key.KeyLife;
import org.claviger.key.KeyLife.State;
import org.claviger.key.SigningKeys.Listed;
import org.claviger.key.SigningKeys.Overview;
import org.claviger.page.Page;
import org.claviger.page.Texts.InLanguage;

/** The signing keys to look at: a time line, without a script or a style of its own, and a table that says the same. */
public final class KeysPage {
    private static final int WIDTH = 1_000;
    private static final int ROW = 24;

    /** A span of half an hour beside one of a month would not be seen. */
    private static final int NARROWEST = 6;

    private final InLanguage texts;
    private final Overview overview;
    private final Instant begin;
    private final Duration span;

    private final Function<Listed, String> actions;

    private KeysPage(InLanguage texts, Overview overview, Function<Listed, String> actions) {
        this.texts = texts;
        this.overview = overview;
        this.actions = actions;
        List<Instant> instants = overview.keys().stream()
                .map(Listed::life)
                .flatMap(life -> List.of(life.announcedAt(), life.signsFrom(), life.expiresAt()).stream())
                .sorted(Comparator.naturalOrder())
                .toList();
        this.begin = instants.isEmpty() ? overview.now() : instants.get(0);
        this.span = Duration.between(begin, instants.isEmpty() ? begin : instants.get(instants.size() - 1))
                .plusSeconds(1);
    }

    static Page of(InLanguage texts, Overview overview) {
        return new Page(texts, texts.get("keys.title"), body(texts, overview, key -> ""), "");
    }

    /**
     * All of it, as HTML.
     *
     * @param actions HTML that follows the name of a key, of what can be done with it
     */
    public static String body(InLanguage texts, Overview overview, Function<Listed, String> actions) {
        KeysPage page = new KeysPage(texts, overview, actions);
        return page.problem() + page.next() + page.timeLine() + page.table();
    }

    private String problem() {
        return overview.problem()
                .map(problem -> "<p role=\"alert\">" + escape(problem) + "</p>\n")
                .orElse("");
    }

    private String next() {
        return overview.nextChange()
                .map(change -> "<p>%s %s</p>%n"
                        .formatted(
                                escape(texts.get(
                                        "keys.next." + word(change.to()),
                                        change.line(),
                                        change.kid().map(KeysPage::shortened).orElse(""))),
                                time(change.at())))
                .orElse("");
    }

    /** Shapes get their colours by class, because the policy of our pages forbids styles in the page. */
    private String timeLine() {
        StringBuilder svg =
                new StringBuilder("<svg class=\"time-line\" role=\"img\" viewBox=\"0 0 %d %d\" aria-label=\"%s\">%n"
                        .formatted(WIDTH, overview.keys().size() * ROW, escape(texts.get("keys.time-line"))));
        int y = 4;
        for (Listed key : overview.keys()) {
            KeyLife life = key.life();
            svg.append("<g><title>").append(shortened(life.kid())).append("</title>");
            bar(svg, State.ANNOUNCED, y, life.announcedAt(), life.signsFrom());
            bar(svg, State.SIGNING, y, life.signsFrom(), life.retiredAt());
            bar(svg, State.RETIRED, y, life.retiredAt(), life.expiresAt());
            svg.append("</g>\n");
            y += ROW;
        }
        long now = x(overview.now());
        return svg.append("<line class=\"now\" x1=\"%d\" x2=\"%d\" y1=\"0\" y2=\"%d\"/></svg>%n"
                        .formatted(now, now, overview.keys().size() * ROW))
                .toString();
    }

    private void bar(StringBuilder svg, State state, int y, Instant from, Instant until) {
        if (from.isBefore(until)) {
            svg.append("<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
                    .formatted(word(state), x(from), y, Math.max(NARROWEST, x(until) - x(from)), ROW - 8));
        }
    }

    private long x(Instant instant) {
        double part = (double) Duration.between(begin, instant).toMillis() / span.toMillis();
        return Math.round(Math.min(1, Math.max(0, part)) * (WIDTH - 3 * NARROWEST));
    }

    private String table() {
        StringBuilder table = new StringBuilder("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"")
                .append(escape(texts.get("keys.title")))
                .append("\"><table><thead><tr>");
        for (String column : List.of("kid", "algorithm", "state", "announced", "signs", "retired", "expires")) {
            table.append("<th scope=\"col\">")
                    .append(escape(texts.get("keys." + column)))
                    .append("</th>");
        }
        table.append("</tr></thead><tbody>\n");
        overview.keys().forEach(key -> row(table, key));
        return table.append("</tbody></table></div>").toString();
    }

    private void row(StringBuilder table, Listed key) {
        KeyLife life = key.life();
        Optional<String> compromised = life.compromisedAt().map(at -> ", " + texts.get("keys.compromised"));
        table.append("<tr class=\"%s\"><td><code>%s</code>%s</td><td>%s</td><td>%s</td>"
                .formatted(
                        word(key.state()),
                        escape(life.kid()),
                        actions.apply(key),
                        life.type().algorithm().value(),
                        escape(texts.get("keys.state." + word(key.state())) + compromised.orElse(""))));
        for (Instant at : List.of(life.announcedAt(), life.signsFrom(), life.retiredAt(), life.expiresAt())) {
            table.append("<td>").append(time(at)).append("</td>");
        }
        table.append("</tr>\n");
    }

    private static String time(Instant at) {
        String seconds = at.truncatedTo(ChronoUnit.SECONDS).toString();
        return "<time datetime=\"%s\">%s</time>"
                .formatted(seconds, seconds.replace('T', ' ').replace("Z", " UTC"));
    }

    private static String shortened(String kid) {
        return escape(kid.substring(0, Math.min(8, kid.length())));
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}

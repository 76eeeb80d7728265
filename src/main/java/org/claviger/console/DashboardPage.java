package org.claviger.console;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.claviger.admin.KeysPage;
import org.claviger.audit.Statistics;
import org.claviger.audit.Statistics.Now;
import org.claviger.audit.Statistics.Point;
import org.claviger.audit.Statistics.Step;
import org.claviger.key.SigningKeys;
import org.claviger.oauth.OAuthException;

/** What happens in this installation: a day by the hour, or a week by the day. */
final class DashboardPage implements ConsolePage {
    /** Refusals for more reasons than these are added up. */
    private static final int MOST_REASONS = 12;

    private final Statistics statistics;
    private final SigningKeys keys;

    DashboardPage(Statistics statistics, SigningKeys keys) {
        this.statistics = statistics;
        this.keys = keys;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        boolean week = visit.asked("period").equals("week");
        Instant now = statistics.time();
        Step step = week ? Step.DAY : Step.HOUR;
        // The step of now is not over yet, and is shown with those before it.
        List<Point> points =
                statistics.series(now.minus(step.length().multipliedBy(week ? 6 : 23)), now.plusSeconds(1), step);
        Html html = new Html().add(figures(visit, statistics.now()));
        html.open("p", "class", "actions")
                .link(
                        "./",
                        visit.text("console.overview.day"),
                        week ? new String[0] : new String[] {"aria-current", "true"})
                .link(
                        "./?period=week",
                        visit.text("console.overview.week"),
                        week ? new String[] {"aria-current", "true"} : new String[0])
                .close("p");
        html.open("div", "class", "charts")
                .add(chart(visit, "sign-ins", points, step, Point::signIns))
                .add(chart(visit, "tokens", points, step, Point::tokensIssued))
                .add(chart(visit, "refused", points, step, Point::refused))
                .close("div")
                .add(reasons(visit, points))
                .open("details")
                .element("summary", visit.text("console.overview.numbers"))
                .add(numbers(visit, points, step))
                .close("details")
                .element("h2", visit.text("keys.title"))
                .add(KeysPage.body(visit.texts(), keys.overview(), key -> ""))
                .open("p")
                .link("keys", visit.text("console.overview.keys"))
                .close("p");
        visit.send(visit.text("console.overview"), html);
    }

    private static Html figures(Visit visit, Now now) {
        Html html = new Html().open("dl", "class", "figures");
        figure(visit, html, "sessions", now.signInSessions());
        figure(visit, html, "families", now.tokenFamilies());
        figure(visit, html, "clients", OptionalLong.of(now.clients()));
        figure(visit, html, "users", OptionalLong.of(now.users()));
        figure(visit, html, "keys", OptionalLong.of(now.signingKeys()));
        return html.close("dl");
    }

    private static void figure(Visit visit, Html html, String name, OptionalLong number) {
        html.open("div")
                .element("dt", visit.text("console.overview.now." + name))
                .element("dd", number.isPresent() ? Long.toString(number.getAsLong()) : "–")
                .close("div");
    }

    private static Html chart(Visit visit, String name, List<Point> points, Step step, ToLongFunction<Point> value) {
        String title = visit.text("console.overview." + name);
        Chart chart = new Chart(title);
        points.forEach(point -> chart.bar(label(point.from(), step), value.applyAsLong(point)));
        return chart.html(visit.text("console.overview.summary", title, Long.toString(chart.total())));
    }

    /** The beginning of a step, as short as it can be told apart. */
    private static String label(Instant from, Step step) {
        String readable = Html.readable(from);
        return step == Step.DAY ? readable.substring(0, 10) : readable.substring(11, 16);
    }

    private static Html reasons(Visit visit, List<Point> points) {
        Map<String, Long> sums = new TreeMap<>();
        points.forEach(point -> point.refusals().forEach((reason, times) -> sums.merge(reason, times, Long::sum)));
        Html html = new Html().element("h2", visit.text("console.overview.reasons"));
        if (sums.isEmpty()) {
            return html.element("p", visit.text("console.none"));
        }
        Table table = new Table(
                visit.text("console.overview.reasons"),
                List.of(visit.text("console.overview.reason"), visit.text("console.overview.times")));
        List<Map.Entry<String, Long>> all = sums.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .toList();
        all.stream()
                .limit(MOST_REASONS)
                .forEach(reason -> table.row(Html.of(reason.getKey()), Html.of(Long.toString(reason.getValue()))));
        long rest =
                all.stream().skip(MOST_REASONS).mapToLong(Map.Entry::getValue).sum();
        if (rest > 0) {
            table.row(Html.of(visit.text("console.overview.rest")), Html.of(Long.toString(rest)));
        }
        return html.add(table.html());
    }

    /** The same as the charts. */
    private static Html numbers(Visit visit, List<Point> points, Step step) {
        Table table = new Table(
                visit.text("console.overview.numbers"),
                List.of(
                        visit.text("console.overview.from"),
                        visit.text("console.overview.sign-ins"),
                        visit.text("console.overview.tokens"),
                        visit.text("console.overview.introspections"),
                        visit.text("console.overview.refused")));
        for (Point point : points) {
            table.row(
                    step.length().compareTo(Duration.ofDays(1)) < 0
                            ? new Html().time(point.from())
                            : Html.of(label(point.from(), step)),
                    Html.of(Long.toString(point.signIns())),
                    Html.of(Long.toString(point.tokensIssued())),
                    Html.of(Long.toString(point.introspections())),
                    Html.of(Long.toString(point.refused())));
        }
        return table.html();
    }
}

package org.claviger.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bars over time, as SVG without a script or a style of its own: colours come by class. Who cannot see it is told what it is of and how
 * much there is, and the table of the page says each number.
 */
final class Chart {
    private static final int WIDTH = 480;
    private static final int HEIGHT = 140;
    private static final int LEFT = 44;

    private final String title;
    private final List<Bar> bars = new ArrayList<>();

    private record Bar(String label, long value) {}

    Chart(String title) {
        this.title = title;
    }

    Chart bar(String label, long value) {
        bars.add(new Bar(label, value));
        return this;
    }

    long total() {
        return bars.stream().mapToLong(Bar::value).sum();
    }

    private long most() {
        return bars.stream().mapToLong(Bar::value).max().orElse(0);
    }

    /** @param summary what the chart says in words */
    Html html(String summary) {
        long top = nice(most());
        Html svg = new Html()
                .open("figure")
                .element("figcaption", title)
                .open(
                        "svg",
                        "class",
                        "chart",
                        "role",
                        "img",
                        "viewBox",
                        "0 0 " + WIDTH + " " + HEIGHT,
                        "aria-label",
                        summary);
        int base = HEIGHT - 18;
        int height = base - 12;
        for (long mark : new long[] {0, top}) {
            String y = number(base - (double) height * mark / top);
            svg.open(
                            "line",
                            "class",
                            "grid",
                            "x1",
                            Integer.toString(LEFT),
                            "x2",
                            Integer.toString(WIDTH),
                            "y1",
                            y,
                            "y2",
                            y)
                    .close("line")
                    .element(
                            "text",
                            Long.toString(mark),
                            "x",
                            Integer.toString(LEFT - 6),
                            "y",
                            number(base - (double) height * mark / top + 4),
                            "text-anchor",
                            "end");
        }
        double step = (double) (WIDTH - LEFT) / Math.max(1, bars.size());
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double tall = (double) height * bar.value / top;
            svg.open(
                            "rect",
                            "x",
                            number(LEFT + i * step + step * 0.1),
                            "y",
                            number(base - tall),
                            "width",
                            number(step * 0.8),
                            "height",
                            number(tall))
                    .element("title", bar.label + ": " + bar.value)
                    .close("rect");
        }
        if (!bars.isEmpty()) {
            svg.element("text", bars.get(0).label, "x", Integer.toString(LEFT), "y", Integer.toString(HEIGHT - 2))
                    .element(
                            "text",
                            bars.get(bars.size() - 1).label,
                            "x",
                            Integer.toString(WIDTH),
                            "y",
                            Integer.toString(HEIGHT - 2),
                            "text-anchor",
                            "end");
        }
        return svg.close("svg").close("figure");
    }

    /** The least of 1, 2, 5, 10, 20 … that is not less; at least 1. */
    static long nice(long most) {
        for (long power = 1; ; power *= 10) {
            for (long digit : new long[] {1, 2, 5}) {
                if (digit * power >= most || power > Long.MAX_VALUE / 100) {
                    return digit * power;
                }
            }
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}

package org.claviger.it.browser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/** Deque's axe-core, which finds what of a page shuts people out (WCAG 2.2 and good practice). */
final class Axe {
    private static final String SCRIPT = read();

    /** Each violation as one text; the number of rules that were applied comes first, for no rule finds nothing. */
    private static final String RUN =
            """
            const done = arguments[arguments.length - 1];
            const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            axe.run(document, { runOnly: tags, resultTypes: ['violations'] }).then(
              ({ passes, violations }) => done([
                String(passes.length),
                ...violations.map(({ id, help, nodes }) => `${id}: ${help}\\n` + nodes.map(
                  node => `    ${node.target.join(' ')}\\n    ${node.html}\\n    ${node.failureSummary.replaceAll('\\n', '\\n    ')}`
                ).join('\\n')),
              ]),
              failure => done(['0', String(failure)]));
            """;

    private Axe() {}

    /** Everything that axe-core finds wrong with the page that the browser shows. */
    static List<String> violations(Chromium browser) {
        browser.run(SCRIPT);
        List<String> results = ((List<?>) browser.runAsync(RUN))
                .stream().map(String.class::cast).toList();
        assertThat(Integer.parseInt(results.get(0)))
                .as("rules that were applied to %s: %s", browser.address(), results)
                .isGreaterThan(10);
        return results.subList(1, results.size());
    }

    private static String read() {
        try (InputStream properties = resource("META-INF/maven/org.webjars.npm/axe-core/pom.properties")) {
            Properties webJar = new Properties();
            webJar.load(properties);
            String version = webJar.getProperty("version");
            try (InputStream script = resource("META-INF/resources/webjars/axe-core/" + version + "/axe.min.js")) {
                return new String(script.readAllBytes(), UTF_8);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static InputStream resource(String name) {
        return Axe.class.getClassLoader().getResourceAsStream(name);
    }
}

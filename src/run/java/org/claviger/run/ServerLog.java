package org.claviger.run;

import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds in the lines that a server logs whether it is ready and what went wrong. A record of Payara starts with a line such as
 * {@code [2025-01-01T00:00:00.000+0000] [] [SEVERE] … [levelValue: 1000] message}; a message of several lines stands
 * between {@code [[} and {@code ]]}. One of WildFly starts with {@code 00:00:00,000 ERROR [category] (thread) message}.
 */
final class ServerLog {
    private static final Pattern PAYARA =
            Pattern.compile("\\[\\d{4}-[^]]*] \\[[^]]*] \\[(?<level>[A-Z]+)].* \\[levelValue: \\d+] (?<message>.*)");

    private static final Pattern WILDFLY =
            Pattern.compile("\\d\\d:\\d\\d:\\d\\d,\\d+ (?<level>[A-Z]+) +\\[[^]]*] \\(.*?\\) (?<message>.*)");

    private static final Pattern READY = Pattern.compile(
            "Payara Micro .* ready in .*|WFLYSRV002[56]: .*|Boot Command list-applications returned .*");

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private final Consumer<String> echo;
    private boolean ready;
    private boolean severe;
    private String numbered;
    private String first;

    ServerLog(Consumer<String> echo) {
        this.echo = echo;
    }

    synchronized void add(String line) {
        echo.accept(line);
        String plain = COLOUR.matcher(line).replaceAll("");
        Matcher start = Stream.of(PAYARA.matcher(plain), WILDFLY.matcher(plain))
                .filter(Matcher::matches)
                .findFirst()
                .orElse(null);
        if (start == null) {
            note(plain);
        } else {
            severe = Set.of("SEVERE", "ERROR").contains(start.group("level"));
            note(start.group("message"));
        }
    }

    private void note(String line) {
        String text = line.strip().replaceFirst("^\\[\\[", "").replaceFirst("]]$", "");
        if (READY.matcher(text).matches()) {
            ready = true;
        }
        if (severe && !text.isEmpty()) {
            int number = text.indexOf("CLAVIGER-");
            if (number >= 0) {
                numbered = text.substring(number);
            }
            if (first == null) {
                first = text;
            }
        }
    }

    synchronized boolean saysReady() {
        return ready;
    }

    /** The last of our numbered messages at level SEVERE or ERROR, else the first line at that level. */
    synchronized Optional<String> reason() {
        return Optional.ofNullable(numbered != null ? numbered : first);
    }
}

package org.claviger.run;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds in the lines that a Payara Micro logs whether it is ready and what went wrong. A record starts with a line such as
 * {@code [2025-01-01T00:00:00.000+0000] [] [SEVERE] … [levelValue: 1000] message}; a message of several lines stands
 * between {@code [[} and {@code ]]}.
 */
final class ServerLog {
    private static final Pattern START =
            Pattern.compile("\\[\\d{4}-[^]]*] \\[[^]]*] \\[(?<level>[A-Z]+)].* \\[levelValue: \\d+] (?<message>.*)");

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
        Matcher start = START.matcher(plain);
        if (start.matches()) {
            severe = start.group("level").equals("SEVERE");
            note(start.group("message"));
        } else {
            note(plain);
        }
    }

    private void note(String line) {
        String text = line.strip().replaceFirst("^\\[\\[", "").replaceFirst("]]$", "");
        if (text.startsWith("Payara Micro ") && text.contains(" ready in ")) {
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

    /** The last of our numbered messages at level SEVERE, else the first line at that level. */
    synchronized Optional<String> reason() {
        return Optional.ofNullable(numbered != null ? numbered : first);
    }
}

package org.claviger.audit;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The one place where events are recorded: a line of the log {@code org.claviger.audit} each. Callers pass identifiers and
 * reasons, never a token, a code, a secret or a password.
 */
public final class Audit {
    private static final System.Logger LOG = System.getLogger("org.claviger.audit");

    private Audit() {}

    /** Records an event with what is known of it, such as {@code client}, {@code subject}, {@code address}, {@code reason}. */
    public static void record(AuditEvent event, Map<String, ?> details) {
        LOG.log(Level.INFO, () -> new TreeMap<>(details)
                .entrySet().stream()
                        .map(detail -> detail.getKey() + "=\"" + harmless(detail.getValue(), event.maxLength()) + "\"")
                        .collect(Collectors.joining(" ", event.name() + " ", "")));
    }

    /** One line whatever a caller sent: what could end a line or a quotation is replaced, what is too long is cut. */
    private static String harmless(Object value, int most) {
        String text = value.toString();
        return (text.length() > most ? text.substring(0, most) + "…" : text)
                .replaceAll("[^\\x20-\\x7E…]|[\"\\\\]", "?");
    }
}

package org.claviger.audit;

import jakarta.json.JsonObject;
import jakarta.persistence.EntityManager;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.claviger.database.Database;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.GrantType;
import org.jspecify.annotations.Nullable;

/**
 * The one place where events are recorded: a line of the log {@code org.claviger.audit} each, and a count. What changes anything
 * is a row too, in the transaction that changes it. Callers pass identifiers and reasons, never a token, a code, a secret or a
 * password.
 */
public final class Audit {
    /** What stands for a grant where a browser session gets its next token. */
    public static final String BROWSER_SESSION = "browser_session";

    private static final System.Logger LOG = System.getLogger("org.claviger.audit");

    /** One for all, as the log is: whatever happens in this application is counted there. */
    private static volatile @Nullable AuditCounts counts;

    private static volatile BiConsumer<AuditEvent, String> listener = (event, code) -> {};

    private Audit() {}

    /** From now on these count; until then nothing does. */
    public static void countBy(AuditCounts these) {
        counts = these;
    }

    /** From now on it is told each event and why, as one of few codes; it waits for nothing. */
    public static void tell(BiConsumer<AuditEvent, String> told) {
        listener = told;
    }

    /** Records what changes nothing, with what is known of it, such as {@code client}, {@code subject}, {@code address}, {@code reason}. */
    public static void record(AuditEvent event, Map<String, ?> details) {
        say(event, details, Origin.current());
    }

    /**
     * Accounts for a change in the transaction that makes it: if this cannot be written, nothing changes. The log and the counts have it
     * when that is committed.
     *
     * @param details {@code by} whom, of which {@code subject}, {@code client} and {@code family}, and whatever else somebody will want to know
     */
    public static void write(EntityManager entities, AuditEvent event, Map<String, ?> details) {
        Origin origin = Origin.current();
        Map<String, ?> all = identified(details, origin);
        entities.persist(AuditRow.of(event, all, origin));
        Database.afterCommit(entities, () -> say(event, all, origin));
    }

    /** The {@code sub} of who acts beside the name, which somebody else may have later. */
    private static Map<String, ?> identified(Map<String, ?> details, Origin origin) {
        Object by = details.get("by");
        if (by == null || origin.actor().isEmpty() || origin.actor().equals(by.toString())) {
            return details;
        }
        Map<String, Object> all = new TreeMap<>(details);
        all.put("by_subject", origin.actor());
        return all;
    }

    private static void say(AuditEvent event, Map<String, ?> details, Origin origin) {
        AuditCounts counting = counts;
        if (counting != null) {
            counting.count(event, details);
        }
        listener.accept(event, code(details));
        LOG.log(event.level(), () -> line(event, details, origin));
    }

    private static String line(AuditEvent event, Map<String, ?> details, Origin origin) {
        String line = new TreeMap<>(details)
                .entrySet().stream()
                        .map(detail -> pair(detail.getKey(), detail.getValue(), event.maxLength()))
                        .collect(Collectors.joining("", event.name(), ""));
        return line
                + (origin.address().isEmpty() || details.containsKey("address")
                        ? ""
                        : pair("address", origin.address(), event.maxLength()))
                + (origin.correlation().isEmpty() ? "" : pair("correlation", origin.correlation(), event.maxLength()));
    }

    private static String pair(String name, Object value, int most) {
        return " " + name + "=\"" + harmless(value, most) + "\"";
    }

    /** One line whatever a caller sent: what could end a line or a quotation is replaced, what is too long is cut. */
    private static String harmless(Object value, int most) {
        String text = value.toString();
        return (text.length() > most ? text.substring(0, most) + "…" : text)
                .replaceAll("[^\\x20-\\x7E…]|[\"\\\\]", "?");
    }

    /** Why, as one of few codes: that of an error, of a problem of a form, or how a token was asked for; empty for anything else. */
    static String code(Map<String, ?> details) {
        Object why = details.containsKey("error") ? details.get("error") : details.get("reason");
        if (why instanceof ErrorCode error) {
            return error.value();
        }
        if (why instanceof Enum<?> problem) {
            return problem.name().toLowerCase(Locale.ROOT);
        }
        Object grant = details.get("grant");
        if (grant instanceof GrantType type) {
            return type.value();
        }
        // Text is a code only if it is one of ours.
        return grant instanceof String text
                        && (text.equals(BROWSER_SESSION) || GrantType.find(text).isPresent())
                ? text
                : "";
    }

    /** The names of the members that differ, for {@code members}: not their values. */
    public static String differing(JsonObject before, JsonObject after) {
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        names.removeIf(name -> Objects.equals(before.get(name), after.get(name)));
        return String.join(" ", names);
    }
}

package org.claviger.console;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.claviger.audit.AuditEvent;
import org.claviger.audit.AuditLog;
import org.claviger.audit.AuditLog.Cursor;
import org.claviger.audit.AuditLog.Entry;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** What was done, by whom and when: the newest first, of what is asked for. */
final class AuditPage implements ConsolePage {
    private static final String SELF = "audit";
    private static final int SIZE = 50;
    private static final int MOST_TYPED = 255;
    private static final LocalDate LAST = LocalDate.of(9998, 12, 31);

    private final AuditLog log;

    AuditPage(AuditLog log) {
        this.log = log;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        Map<String, String> asked = new LinkedHashMap<>();
        for (String name : List.of("from", "until", "event", "by", "subject", "client_id")) {
            asked.put(name, visit.asked(name));
        }
        List<Entry> found = log.list(new AuditLog.Query(
                day(asked, "from").map(day -> at(day)),
                day(asked, "until").map(day -> at(day.plusDays(1))), // and that day itself
                event(asked),
                text(asked, "subject"),
                text(asked, "client_id"),
                text(asked, "by"),
                cursor(visit.asked("before")),
                SIZE + 1));
        List<Entry> page = found.subList(0, Math.min(SIZE, found.size()));
        Html html = new Html().add(query(visit, asked)).add(table(visit, page));
        if (found.size() > SIZE) {
            asked.put("before", page.get(SIZE - 1).cursor().toString());
            String query = asked.entrySet().stream()
                    .filter(parameter -> !parameter.getValue().isEmpty())
                    .map(parameter -> Parameters.pair(parameter.getKey(), parameter.getValue()))
                    .collect(Collectors.joining("&"));
            html.open("p")
                    .link(SELF + "?" + query, visit.text("console.next"), "rel", "next")
                    .close("p");
        }
        visit.send(visit.text("console.audit"), html.add(VerificationPage.form(visit)));
    }

    private static Instant at(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** A day of UTC, as browsers write it. */
    private static Optional<LocalDate> day(Map<String, String> asked, String name) throws OAuthException {
        Optional<String> text = text(asked, name);
        try {
            Optional<LocalDate> day = text.map(LocalDate::parse);
            if (day.filter(date -> date.isAfter(LAST) || date.getYear() < 1970).isEmpty()) {
                return day;
            }
        } catch (DateTimeParseException malformed) {
            // said below
        }
        throw new OAuthException(INVALID_REQUEST, "from and until must be days such as 2025-06-01");
    }

    private static Set<AuditEvent> event(Map<String, String> asked) throws OAuthException {
        Optional<String> name = text(asked, "event");
        Optional<AuditEvent> event = name.flatMap(AuditEvent::find);
        if (name.isPresent() && event.isEmpty()) {
            throw new OAuthException(INVALID_REQUEST, "there is no such event");
        }
        return event.map(Set::of).orElse(Set.of());
    }

    private static Optional<Cursor> cursor(String before) throws OAuthException {
        Optional<Cursor> cursor = Cursor.parse(before);
        if (!before.isEmpty() && cursor.isEmpty()) {
            throw new OAuthException(INVALID_REQUEST, "there is no such place in the list");
        }
        return cursor;
    }

    private static Optional<String> text(Map<String, String> asked, String name) {
        return Optional.ofNullable(asked.get(name)).filter(text -> !text.isEmpty() && text.length() <= MOST_TYPED);
    }

    private static Html query(Visit visit, Map<String, String> asked) {
        Html html = new Html().open("form", "method", "get", "action", SELF, "role", "search", "class", "query");
        for (String day : List.of("from", "until")) {
            field(visit, html, day, asked, "date");
        }
        html.open("div")
                .element("label", label(visit, "event"), "for", "event")
                .open("select", "id", "event", "name", "event");
        List<String> events = new ArrayList<>(List.of(""));
        Arrays.stream(AuditEvent.values()).map(Enum::name).sorted().forEach(events::add);
        for (String event : events) {
            html.element(
                    "option",
                    event.isEmpty() ? visit.text("console.audit.any") : event,
                    event.equals(asked.get("event"))
                            ? new String[] {"value", event, "selected", ""}
                            : new String[] {"value", event});
        }
        html.close("select").close("div");
        for (String name : List.of("by", "subject", "client_id")) {
            field(visit, html, name, asked, "text");
        }
        return html.element("button", visit.text("console.show"), "type", "submit")
                .close("form");
    }

    private static void field(Visit visit, Html html, String name, Map<String, String> asked, String type) {
        html.open("div")
                .element("label", label(visit, name), "for", name)
                .open(
                        "input",
                        "id",
                        name,
                        "name",
                        name,
                        "type",
                        type,
                        "value",
                        asked.getOrDefault(name, ""),
                        "maxlength",
                        "255",
                        "autocomplete",
                        "off")
                .close("div");
    }

    private static String label(Visit visit, String name) {
        return visit.text("console.audit." + name);
    }

    private static Html table(Visit visit, List<Entry> entries) {
        Table table = new Table(
                visit.text("console.audit"),
                List.of(
                        label(visit, "at"),
                        label(visit, "event"),
                        label(visit, "by"),
                        label(visit, "subject"),
                        label(visit, "client_id"),
                        label(visit, "details"),
                        label(visit, "address")));
        for (Entry entry : entries) {
            table.row(
                    new Html().time(entry.at()),
                    new Html().element("code", entry.event()),
                    Html.of(entry.by().orElse("")),
                    entry.subject()
                            .map(subject -> new Html().link("user?" + Parameters.pair("id", subject), subject))
                            .orElseGet(Html::new),
                    entry.client().map(AuditPage::client).orElseGet(Html::new),
                    details(entry),
                    Html.of(entry.address().orElse("")));
        }
        return table.isEmpty() ? new Html().element("p", visit.text("console.none")) : table.html();
    }

    /** The console is a client that is not registered. */
    private static Html client(String client) {
        return client.equals(ClientId.CONSOLE.value())
                ? Html.of(client)
                : new Html().link("client?" + Parameters.pair("id", client), client);
    }

    private static Html details(Entry entry) {
        List<String> all = new ArrayList<>();
        entry.family().ifPresent(family -> all.add("family " + family));
        entry.reason().ifPresent(all::add);
        entry.details().ifPresent(all::add);
        return Html.of(String.join(", ", all));
    }
}

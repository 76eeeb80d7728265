package org.claviger.audit;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An event that somebody may have to account for. Its position and MAC come when it is sealed. */
@Entity
@Table(name = "audit_event")
class AuditRow {
    private static final int MAX_NAME = 255;
    private static final int MAX_DETAILS = 10_000;

    /** What has a column of its own. */
    private static final Set<String> COLUMNS = Set.of("by", "subject", "client", "family", "address");

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    long id;

    /** By the clock of the database. */
    @Column(insertable = false, updatable = false)
    @Nullable
    Instant occurredAt;

    String event = "";

    @Nullable
    String actedBy;

    @Nullable
    String subject;

    @Nullable
    String clientId;

    @Nullable
    String familyId;

    @Nullable
    String reason;

    @Nullable
    String correlationId;

    @Nullable
    String address;

    @Nullable
    String details;

    @Nullable
    Long chainPosition;

    @Nullable
    String mac;

    @Nullable
    Integer macKeyVersion;

    static AuditRow of(AuditEvent event, Map<String, ?> details, Origin origin) {
        AuditRow row = new AuditRow();
        row.event = event.name();
        row.actedBy = text(details.get("by"), MAX_NAME);
        row.subject = text(details.get("subject"), MAX_NAME);
        row.clientId = text(details.get("client"), MAX_NAME);
        row.familyId = text(details.get("family"), MAX_NAME);
        row.address = text(details.containsKey("address") ? details.get("address") : origin.address(), 64);
        row.correlationId = text(origin.correlation(), 32);
        row.reason = text(Audit.code(details), 64);
        row.details = others(details, event.maxLength());
        return row;
    }

    private static @Nullable String text(@Nullable Object value, int most) {
        String text = value == null ? "" : stored(value, most);
        return text.isEmpty() ? null : text;
    }

    /** What neither database stores, and what would not fit, is not. */
    private static String stored(Object value, int most) {
        String text = value.toString();
        return (text.length() > most ? text.substring(0, most - 1) + "…" : text)
                .replaceAll("[\\p{Cntrl}\\p{Cs}\\x{2028}\\x{2029}]", "?");
    }

    private static @Nullable String others(Map<String, ?> details, int most) {
        String all = json(details, most);
        return all.equals("{}") ? null : all.length() <= MAX_DETAILS ? all : json(details, most / 4);
    }

    private static String json(Map<String, ?> details, int most) {
        JsonObjectBuilder json = Json.createObjectBuilder();
        new TreeMap<>(details).forEach((name, value) -> {
            if (!COLUMNS.contains(name)) {
                json.add(name, stored(value, most));
            }
        });
        return json.build().toString();
    }

    /** All that is sealed, each with its length, so that nothing can move from one to the next. */
    String content() {
        Instant at = occurredAt;
        String micros = at == null ? "" : Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, at));
        return Stream.of(
                        Long.toString(id),
                        micros,
                        event,
                        actedBy,
                        subject,
                        clientId,
                        familyId,
                        reason,
                        correlationId,
                        address,
                        details)
                .map(field -> field == null ? "-" : field.length() + ":" + field)
                .collect(Collectors.joining(","));
    }
}

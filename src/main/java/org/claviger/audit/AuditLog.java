package org.claviger.audit;

import jakarta.persistence.TypedQuery;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.claviger.database.Database;
import org.claviger.oauth.OAuthException;
import org.jspecify.annotations.Nullable;

/** The events that have a row, for whoever looks into something: the newest first. */
public final class AuditLog {
    private final Database database;
    private final int longest;

    public AuditLog(Database database) {
        this(database, Database.LONGEST_LOOK);
    }

    /** The same for a test, with how long at most, in milliseconds, is looked. */
    AuditLog(Database database, int longest) {
        this.database = database;
        this.longest = longest;
    }

    /**
     * What is looked for; all of it must hold.
     *
     * @param from and that itself
     * @param until and not that itself
     * @param events any of them; empty for all
     * @param before where the page before ended, as its last entry says
     * @param limit at most so many
     */
    public record Query(
            Optional<Instant> from,
            Optional<Instant> until,
            Set<AuditEvent> events,
            Optional<String> subject,
            Optional<String> client,
            Optional<String> by,
            Optional<Cursor> before,
            int limit) {
        /** The newest of all. */
        public static Query newest(int limit) {
            return new Query(
                    Optional.empty(),
                    Optional.empty(),
                    Set.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    limit);
        }
    }

    /** A place in the list: several events may have happened at one instant. */
    public record Cursor(Instant at, long id) {
        private static final Pattern TEXT = Pattern.compile("([0-9]{1,17})-([0-9]{1,18})");

        /** Empty for what {@link #toString} never answers. */
        public static Optional<Cursor> parse(String text) {
            Matcher parts = TEXT.matcher(text);
            return parts.matches()
                    ? Optional.of(new Cursor(
                            Instant.EPOCH.plus(Long.parseLong(parts.group(1)), ChronoUnit.MICROS),
                            Long.parseLong(parts.group(2))))
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return ChronoUnit.MICROS.between(Instant.EPOCH, at) + "-" + id;
        }
    }

    /**
     * An event.
     *
     * @param event the name of an {@link AuditEvent}, or of one that only a later version knows
     * @param by who did it: a user name, a {@code client_id}, or a word such as {@code the schedule}; empty where it was the subject or the client itself
     * @param reason a code
     * @param details whatever else there is to say: a JSON object
     * @param position in the chain, once it is sealed
     */
    public record Entry(
            long id,
            Instant at,
            String event,
            Optional<String> by,
            Optional<String> subject,
            Optional<String> client,
            Optional<String> family,
            Optional<String> reason,
            Optional<String> correlation,
            Optional<String> address,
            Optional<String> details,
            Optional<Long> position) {
        /** The place of this one. */
        public Cursor cursor() {
            return new Cursor(at, id);
        }
    }

    /**
     * What there is of that, the newest first.
     *
     * @throws OAuthException {@code temporarily_unavailable} if the database takes too long to find that
     */
    public List<Entry> list(Query query) throws OAuthException {
        Map<String, Object> values = new LinkedHashMap<>();
        StringJoiner where = new StringJoiner(" and ", " where ", "").setEmptyValue("");
        query.from.ifPresent(at -> condition(where, values, "e.occurredAt >= :from", "from", at));
        query.until.ifPresent(at -> condition(where, values, "e.occurredAt < :until", "until", at));
        query.subject.ifPresent(name -> condition(where, values, "e.subject = :subject", "subject", name));
        query.client.ifPresent(name -> condition(where, values, "e.clientId = :client", "client", name));
        query.by.ifPresent(name -> condition(where, values, "e.actedBy = :by", "by", name));
        if (!query.events.isEmpty()) {
            Set<String> names = query.events.stream().map(Enum::name).collect(Collectors.toSet());
            condition(where, values, "e.event in :events", "events", names);
        }
        query.before.ifPresent(cursor -> {
            condition(where, values, "(e.occurredAt < :at or (e.occurredAt = :at and e.id < :id))", "at", cursor.at);
            values.put("id", cursor.id);
        });
        List<AuditRow> rows = Database.found(
                () -> database.transact(entities -> {
                    TypedQuery<AuditRow> found = entities.createQuery(
                                    "select e from AuditRow e" + where + " order by e.occurredAt desc, e.id desc",
                                    AuditRow.class)
                            .setMaxResults(query.limit)
                            .setHint(Database.TIMEOUT, longest);
                    values.forEach(found::setParameter);
                    return found.getResultList();
                }),
                "ask for less time, by from and until");
        return rows.stream().map(AuditLog::entry).toList();
    }

    private static void condition(
            StringJoiner where, Map<String, Object> values, String condition, String name, Object value) {
        where.add(condition);
        values.put(name, value);
    }

    private static Entry entry(AuditRow row) {
        return new Entry(
                row.id,
                Objects.requireNonNull(row.occurredAt),
                row.event,
                Optional.ofNullable(row.actedBy),
                Optional.ofNullable(row.subject),
                Optional.ofNullable(row.clientId),
                Optional.ofNullable(row.familyId),
                Optional.ofNullable(row.reason),
                Optional.ofNullable(row.correlationId),
                Optional.ofNullable(row.address),
                Optional.ofNullable(row.details),
                Optional.<@Nullable Long>ofNullable(row.chainPosition));
    }
}

package org.claviger.admin;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.ws.rs.WebApplicationException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.claviger.settings.JsonFile;
import org.jspecify.annotations.Nullable;

/** What requests to administration have in common: their body, their page of a list, and the state that they rest on. */
final class Asked {
    static final String MERGE_PATCH = "application/merge-patch+json";

    /** What databases still understand. */
    private static final Instant TOO_LATE = Instant.parse("9999-01-01T00:00:00Z");

    private static final int MOST = 200;
    private static final int USUAL = 50;

    private Asked() {}

    /** The object that the body is, without a member twice; otherwise 400. */
    static JsonObject object(@Nullable String body) {
        try {
            return JsonFile.parse(body == null ? "" : body);
        } catch (IllegalArgumentException malformed) {
            throw refuse(400, String.valueOf(malformed.getMessage()));
        } catch (JsonException | NoSuchElementException malformed) {
            throw new WebApplicationException(malformed, Problem.of(400, "the body is no JSON object"));
        }
    }

    /** Work that refuses what does not fit, and may end otherwise too. */
    @FunctionalInterface
    interface Vetting<T, E extends Exception> {
        T get() throws E;
    }

    /** What the work answers, or 422 with the JSON pointer to what does not fit. */
    static <T, E extends Exception> T vetted(Vetting<T, E> work) throws E {
        try {
            return work.get();
        } catch (IllegalArgumentException refused) {
            throw refuse(422, String.valueOf(refused.getMessage()));
        }
    }

    /** A problem of a member, if the message begins with a pointer to one. */
    private static WebApplicationException refuse(int status, String message) {
        int colon = message.indexOf(": ");
        boolean pointed = colon == 0 || (colon > 0 && message.startsWith("/"));
        return new WebApplicationException(
                pointed
                        ? Problem.of(status, message.substring(0, colon), message.substring(colon + 2))
                        : Problem.of(status, "the body " + message));
    }

    /** How many entries a page has: {@code ?limit=} 1 to 200. */
    static int limit(@Nullable String asked) {
        if (asked == null) {
            return USUAL;
        }
        int limit = asked.matches("[0-9]{1,4}") ? Integer.parseInt(asked) : 0;
        if (limit < 1 || limit > MOST) {
            throw new WebApplicationException(Problem.of(400, "limit must be a whole number between 1 and " + MOST));
        }
        return limit;
    }

    /** The instant that a parameter says, in years of four digits; 400 if it is none. */
    static Optional<Instant> instant(String parameter, @Nullable String asked) {
        try {
            Optional<Instant> instant = Optional.ofNullable(asked).map(Instant::parse);
            if (instant.filter(at -> at.isBefore(Instant.EPOCH) || !at.isBefore(TOO_LATE))
                    .isEmpty()) {
                return instant;
            }
        } catch (DateTimeParseException malformed) {
            // said below
        }
        throw new WebApplicationException(
                Problem.of(400, parameter + " must be an instant since 1970, such as 2025-06-01T12:00:00Z"));
    }

    /** Refuses with 400 a time that ends before it begins. */
    static void requireOrder(Optional<Instant> from, Optional<Instant> until) {
        if (from.isPresent() && until.isPresent() && !from.get().isBefore(until.get())) {
            throw new WebApplicationException(Problem.of(400, "from must be before until"));
        }
    }

    static String etag(long edition) {
        return "\"" + edition + "\"";
    }

    /** Refuses with 412 what rests on another state than this (RFC 9110 section 13.1.1). */
    static void match(@Nullable String ifMatch, long edition) {
        if (ifMatch != null
                && Arrays.stream(ifMatch.split(",", -1))
                        .map(String::strip)
                        .noneMatch(tag -> tag.equals("*") || tag.equals(etag(edition)))) {
            throw stale();
        }
    }

    /** The header, or 428 for what does not say which state it rests on (RFC 6585 section 3). */
    static String requireMatch(@Nullable String ifMatch) {
        if (ifMatch == null) {
            throw new WebApplicationException(
                    Problem.of(428, "send If-Match with the ETag of what this change rests on"));
        }
        return ifMatch;
    }

    /** What was changed, or 412. */
    static <T> T won(Optional<T> changed) {
        return changed.orElseThrow(Asked::stale);
    }

    static WebApplicationException stale() {
        return new WebApplicationException(Problem.of(412, "somebody else has changed it meanwhile"));
    }
}

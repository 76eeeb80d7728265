package org.claviger.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What clients asked and were told, by the clock of who asked: whether there is an order of events in which all of it is right. What
 * a client was told is true from the end of that call on, and a call cannot have seen less than what was true at its beginning.
 */
final class History {
    /** What somebody does with a token. */
    enum Kind {
        /** a code for a refresh token */
        REDEEM,
        /** a refresh token for its successor */
        REFRESH,
        /** ends an access token */
        REVOKE,
        /** ends a family by one of its refresh tokens */
        END,
        /** an access token at an application */
        USE
    }

    /**
     * A call.
     *
     * @param family what the token descends from; equal for all that have one origin
     * @param begun by a clock that is the same for all calls, in nanoseconds
     * @param status 0 if there was no answer
     * @param successor what there was to be had: another refresh token; empty if there was none
     */
    record Call(
            Kind kind, String node, String family, String token, long begun, long ended, int status, String successor) {
        boolean granted() {
            return status == 200;
        }

        /** Whether it may have taken effect although nobody was told so. */
        boolean isUnsure() {
            return status == 0 || status >= 500;
        }
    }

    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    void add(Call call) {
        calls.add(call);
    }

    /** All that there were. */
    Set<Integer> statuses() {
        return calls.stream().map(Call::status).collect(Collectors.toSet());
    }

    /** How many calls of each kind got which status, as a line of text. */
    String counts() {
        return counts(0, Long.MAX_VALUE);
    }

    /** The same of those that ended between these instants. */
    String counts(long from, long until) {
        Map<String, Long> counts = calls.stream()
                .filter(call -> call.ended >= from && call.ended < until)
                .collect(Collectors.groupingBy(
                        call -> call.kind.name().toLowerCase(Locale.ROOT)
                                + ' '
                                + (call.status == 0 ? "nothing" : call.status),
                        TreeMap::new,
                        Collectors.counting()));
        return counts.toString();
    }

    /**
     * What cannot be.
     *
     * @param bound within which a revocation is honoured by the nodes that did not write it
     */
    List<String> violations(Duration bound) {
        List<String> violations = new ArrayList<>();
        byToken(Kind.REDEEM).forEach((code, redeemed) -> {
            if (redeemed.stream().filter(Call::granted).count() > 1) {
                violations.add("a code was redeemed twice: " + redeemed);
            }
        });
        byToken(Kind.REFRESH).forEach((token, refreshed) -> {
            if (refreshed.stream().filter(Call::granted).count() > 1) {
                violations.add("a refresh token was accepted twice: " + refreshed);
            }
        });
        families().values().forEach(family -> {
            violations.addAll(resurrected(family));
            violations.addAll(lost(family));
        });
        violations.addAll(revokedInVain(bound));
        return violations;
    }

    private Map<String, List<Call>> byToken(Kind kind) {
        return group(calls.stream().filter(call -> call.kind == kind).toList(), Call::token);
    }

    private Map<String, List<Call>> families() {
        return group(
                calls.stream()
                        .filter(call -> call.kind != Kind.USE && call.kind != Kind.REVOKE)
                        .toList(),
                Call::family);
    }

    private static Map<String, List<Call>> group(List<Call> calls, Function<Call, String> by) {
        return calls.stream().collect(Collectors.groupingBy(by));
    }

    /** The first call from whose end on a family is known to have ended. */
    private static Optional<Call> end(List<Call> family) {
        Set<String> consumed = family.stream()
                .filter(call -> call.granted() && call.kind != Kind.END)
                .map(Call::token)
                .collect(Collectors.toSet());
        // Refused although, or because, it was accepted once: reuse, which ends the family before it is refused.
        return family.stream()
                .filter(call ->
                        call.kind == Kind.END ? call.granted() : call.status == 400 && consumed.contains(call.token))
                .min(Comparator.comparingLong(Call::ended));
    }

    /** A family that somebody was told has ended, and that went on. */
    private static List<String> resurrected(List<Call> family) {
        long over = end(family).map(Call::ended).orElse(Long.MAX_VALUE);
        return family.stream()
                .filter(call -> call.granted() && call.kind != Kind.END && call.begun > over)
                .map(call -> "a family went on after its end: " + call)
                .toList();
    }

    /** A refresh token that was handed out, used once, and refused, although nothing had been done that could have ended it. */
    @SuppressWarnings("ReferenceEquality") // two calls may look alike
    private static List<String> lost(List<Call> family) {
        Map<String, Call> issued = new HashMap<>();
        family.stream().filter(call -> !call.successor.isEmpty()).forEach(call -> issued.put(call.successor, call));
        List<String> lost = new ArrayList<>();
        for (Call refused : family) {
            if (refused.kind != Kind.REFRESH || refused.status != 400 || !issued.containsKey(refused.token)) {
                continue;
            }
            boolean explained = family.stream()
                    .filter(call -> call != refused && call.begun < refused.ended)
                    .anyMatch(call -> call.kind == Kind.END || mayHaveEnded(call, refused, family));
            if (!explained) {
                lost.add("a living refresh token was refused: " + refused);
            }
        }
        return lost;
    }

    /** The same token sent before, or one that had been used before it. */
    @SuppressWarnings("ReferenceEquality") // two calls may look alike
    private static boolean mayHaveEnded(Call call, Call refused, List<Call> family) {
        boolean again = family.stream()
                .anyMatch(other -> other != call
                        && other.kind != Kind.END
                        && other.token.equals(call.token)
                        && (other.granted() || other.isUnsure()));
        return call.token.equals(refused.token) || again;
    }

    private List<String> revokedInVain(Duration bound) {
        Map<String, Call> revoked = calls.stream()
                .filter(call -> call.kind == Kind.REVOKE && call.granted())
                .collect(Collectors.toMap(
                        Call::token, call -> call, (one, other) -> one.ended < other.ended ? one : other));
        Map<String, Call> ended = new HashMap<>();
        families().forEach((family, calls) -> end(calls).ifPresent(call -> ended.put(family, call)));
        return calls.stream()
                .filter(call -> call.kind == Kind.USE && call.granted())
                .filter(call ->
                        isLate(call, revoked.get(call.token), bound) || isLate(call, ended.get(call.family), bound))
                .sorted(Comparator.comparingLong(Call::begun))
                .map(call -> "a revoked access token was accepted: " + call)
                .toList();
    }

    private static boolean isLate(Call use, @Nullable Call revocation, Duration bound) {
        if (revocation == null) {
            return false;
        }
        long from = revocation.ended + (use.node.equals(revocation.node) ? 0 : bound.toNanos());
        return use.begun > from;
    }
}

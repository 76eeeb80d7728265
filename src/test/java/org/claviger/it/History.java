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

/**
 * What clients asked and were told, by the clock of who asked: whether there is an order of events in which all of it is right. What
 * a client was told is true from the end of that call on, and a call cannot have seen less than what was true at its beginning.
 */
final class History {
    /** What somebody does with a token. */
    enum Kind {
        /** signs in or is signed in, and gets a code */
        BEGIN,
        /** a service gets an access token */
        SERVICE_TOKEN,
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

        boolean mayConsume() {
            return kind == Kind.REDEEM || kind == Kind.REFRESH;
        }

        /** What nobody is told who does it with what they were given. */
        boolean isRefusedAlthoughRight() {
            return switch (kind) {
                case REDEEM, REFRESH -> status == 401;
                case USE -> status == 400;
                default -> status == 400 || status == 401;
            };
        }

        /** Whether what was presented was judged, and found not to be valid. */
        boolean isRefused() {
            return (mayConsume() && status == 400) || (kind == Kind.USE && status == 401);
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
        violations.addAll(revokedInVain(bound, Long.MAX_VALUE));
        calls.stream()
                .filter(Call::isRefusedAlthoughRight)
                .map(call -> "refused although nothing was wrong: " + call)
                .forEach(violations::add);
        return violations;
    }

    private Map<String, List<Call>> byToken(Kind kind) {
        return group(calls.stream().filter(call -> call.kind == kind).toList(), Call::token);
    }

    private Map<String, List<Call>> families() {
        return group(
                calls.stream()
                        .filter(call -> call.kind != Kind.BEGIN && call.kind != Kind.SERVICE_TOKEN)
                        .toList(),
                Call::family);
    }

    private static Map<String, List<Call>> group(List<Call> calls, Function<Call, String> by) {
        return calls.stream().collect(Collectors.groupingBy(by));
    }

    /** The first call from whose end on a family is known to have ended. */
    private static Optional<Call> end(List<Call> family) {
        // Whatever a family has issued is refused for one reason: it is over, if only because of this reuse.
        return family.stream()
                .filter(call -> call.kind == Kind.END ? call.granted() : call.mayConsume() && call.isRefused())
                .min(Comparator.comparingLong(Call::ended));
    }

    /** A family that somebody was told has ended, and that went on. */
    private static List<String> resurrected(List<Call> family) {
        long over = end(family).map(Call::ended).orElse(Long.MAX_VALUE);
        return family.stream()
                .filter(call -> call.granted() && call.mayConsume() && call.begun > over)
                .map(call -> "a family went on after its end: " + call)
                .toList();
    }

    /** What was refused although nothing had been begun that could have ended it. */
    private static List<String> lost(List<Call> family) {
        return family.stream()
                .filter(call -> call.isRefused() && !mayHaveEnded(call, family))
                .map(call -> switch (call.kind) {
                    case REDEEM -> "a fresh code was refused: " + call;
                    case REFRESH -> "a living refresh token was refused: " + call;
                    default -> "a good access token was refused: " + call;
                })
                .toList();
    }

    private static boolean mayHaveEnded(Call refused, List<Call> family) {
        Map<String, List<Call>> sent = new HashMap<>();
        for (Call call : family) {
            if (call.begun >= refused.ended) {
                continue;
            }
            if (call.kind == Kind.END || (call.kind == Kind.REVOKE && call.token.equals(refused.token))) {
                return true;
            }
            if (call.mayConsume()) {
                sent.computeIfAbsent(call.token, token -> new ArrayList<>()).add(call);
            }
        }
        // Sent again, after or while it was or may have been accepted.
        return sent.values().stream()
                .anyMatch(same -> same.size() > 1 && same.stream().anyMatch(call -> call.granted() || call.isUnsure()));
    }

    /**
     * That something ended.
     *
     * @param atOnce whether the node that said so wrote it, so that it knew at once
     */
    private record Ended(String node, long at, boolean atOnce) {
        boolean isLate(Call use, Duration bound) {
            return use.begun > at + (atOnce && use.node.equals(node) ? 0 : bound.toNanos());
        }

        boolean isLateElsewhere(Call use, Duration bound) {
            return !use.node.equals(node) && use.begun > at + bound.toNanos();
        }
    }

    /**
     * What revoked access tokens were accepted for too late, by calls that ended before that instant.
     *
     * @param bound within which a revocation is honoured by the nodes that did not write it
     */
    List<String> revokedInVain(Duration bound, long before) {
        Map<Call, List<Ended>> ended = endedUses();
        return ended.keySet().stream()
                .filter(use -> use.granted() && use.ended < before)
                .filter(use -> ended.get(use).stream().anyMatch(end -> end.isLate(use, bound)))
                .sorted(Comparator.comparingLong(Call::begun))
                .map(use -> "a revoked access token was accepted: " + use)
                .toList();
    }

    /** How often a node judged an access token that had been revoked at another node longer ago than this. */
    long judgedElsewhereAfter(Duration bound) {
        Map<Call, List<Ended>> ended = endedUses();
        return ended.keySet().stream()
                .filter(use -> use.granted() || use.isRefused())
                .filter(use -> ended.get(use).stream().anyMatch(end -> end.isLateElsewhere(use, bound)))
                .count();
    }

    /** Uses of what ended, at whatever time. */
    private Map<Call, List<Ended>> endedUses() {
        Map<Call, List<Ended>> uses = new HashMap<>();
        families().values().forEach(family -> {
            // Who ends what has ended already, unseen, learns of it as all others do.
            boolean atOnce = family.stream().noneMatch(call -> call.kind != Kind.USE && call.isUnsure());
            Optional<Ended> end = end(family).map(call -> new Ended(call.node, call.ended, atOnce));
            Map<String, Ended> revoked = family.stream()
                    .filter(call -> call.kind == Kind.REVOKE && call.granted())
                    .collect(Collectors.toMap(
                            Call::token,
                            call -> new Ended(call.node, call.ended, atOnce),
                            (one, other) -> one.at < other.at ? one : other));
            family.stream().filter(call -> call.kind == Kind.USE).forEach(use -> {
                List<Ended> found = new ArrayList<>();
                end.ifPresent(found::add);
                Optional.ofNullable(revoked.get(use.token)).ifPresent(found::add);
                if (!found.isEmpty()) {
                    uses.put(use, found);
                }
            });
        });
        return uses;
    }
}

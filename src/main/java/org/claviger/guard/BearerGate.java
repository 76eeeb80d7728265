package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.claviger.http.Requests;
import org.claviger.settings.GuardedApplication;
import org.jspecify.annotations.Nullable;

/**
 * What stands before applications from the first moment: the guard, once it has the keys to judge by. Until then no token is
 * accepted and nothing is open that somebody must be known for. On a server that would not enforce what the guard says,
 * nothing is open at all.
 */
public final class BearerGate {
    private static final Verdict.Refused UNAVAILABLE = new Verdict.Refused(503, Challenge.NO_TOKEN);

    private final Map<String, BearerGuard> byAudience = new ConcurrentHashMap<>();
    private volatile @Nullable BearerGuard guard;
    private volatile boolean locked = true;

    /** From now on the guard judges. */
    public void open(BearerGuard judge) {
        byAudience.clear();
        guard = judge;
    }

    /** From now on the server can be relied on. Until then every request is refused, whether or not it bears a token. */
    public void unlock() {
        locked = false;
    }

    Verdict judge(HttpServletRequest request) {
        BearerGuard judge = guard;
        if (locked) {
            return UNAVAILABLE;
        }
        return judge != null ? judge.judge(request) : unjudged(request);
    }

    /** The same for an application that may have an audience and a scope of its own. */
    Verdict judge(HttpServletRequest request, GuardedApplication application) {
        BearerGuard judge = guard;
        if (locked) {
            return UNAVAILABLE;
        }
        if (judge == null) {
            return unjudged(request);
        }
        Verdict verdict = byAudience
                .computeIfAbsent(application.audience(), judge::withAudience)
                .judge(request);
        return application.requiredScope().isEmpty() ? verdict : withScope(verdict, application);
    }

    private static Verdict withScope(Verdict verdict, GuardedApplication application) {
        if (verdict instanceof Verdict.Accepted accepted) {
            return accepted.caller().hasScope(application.requiredScope())
                    ? verdict
                    : new Verdict.Refused(403, Challenge.missingScope(application.requiredScope()));
        }
        // RFC 6750 section 3: what a client should ask for, which only an application with a scope of its own can say
        return verdict instanceof Verdict.Anonymous
                ? new Verdict.Anonymous(new Verdict.Refused(401, Challenge.noToken(application.requiredScope())))
                : verdict;
    }

    private static Verdict unjudged(HttpServletRequest request) {
        return Requests.headers(request, "Authorization").stream().anyMatch(BearerGuard::isBearer)
                ? UNAVAILABLE
                : new Verdict.Anonymous(UNAVAILABLE);
    }
}

package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import org.claviger.http.Requests;
import org.jspecify.annotations.Nullable;

/**
 * What stands before applications from the first moment: the guard, once it has the keys to judge by. Until then no token is
 * accepted and nothing is open that somebody must be known for.
 */
public final class BearerGate {
    private static final Verdict.Refused UNAVAILABLE = new Verdict.Refused(503, Challenge.NO_TOKEN);

    private volatile @Nullable BearerGuard guard;

    /** From now on the guard judges. */
    public void open(BearerGuard judge) {
        guard = judge;
    }

    Verdict judge(HttpServletRequest request) {
        BearerGuard judge = guard;
        if (judge != null) {
            return judge.judge(request);
        }
        return Requests.headers(request, "Authorization").stream().anyMatch(BearerGuard::isBearer)
                ? UNAVAILABLE
                : new Verdict.Anonymous(UNAVAILABLE);
    }
}

package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.claviger.database.DatabaseAwayException;
import org.claviger.http.Incident;
import org.claviger.http.Requests;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.GuardedApplication;
import org.jspecify.annotations.Nullable;

/**
 * What stands before applications from the first moment: the guard, once it has the keys to judge by. Until then no token is
 * accepted and nothing is open that somebody must be known for. On a server that would not enforce what the guard says,
 * nothing is open at all.
 */
public final class BearerGate {
    private static final Verdict.Refused UNAVAILABLE = new Verdict.Refused(503, Challenge.NO_TOKEN);

    private static final Verdict UNTOLD = new Verdict.Anonymous(UNAVAILABLE);

    private final Map<String, BearerGuard> byAudience = new ConcurrentHashMap<>();
    private volatile Judgements judgements = (judgement, nanos) -> {};
    private volatile @Nullable BearerGuard guard;
    private volatile @Nullable BrowserCallers callers;
    private volatile boolean locked = true;

    /** These are told how requests are judged, here and wherever else the guard judges that opens this; before it does. */
    public void tell(Judgements counting) {
        judgements = counting;
    }

    /** From now on the guard judges. */
    public void open(BearerGuard judge) {
        judge.tell(judgements);
        byAudience.clear();
        guard = judge;
    }

    /** The same, and browsers may hold sessions where the settings say so. */
    public void open(BearerGuard judge, BrowserCallers browsers) {
        callers = browsers;
        open(judge);
    }

    /** What is done for browsers at this application; empty where they are callers like any other, and until a session can be judged. */
    Optional<BrowserCallers> browsers(GuardedApplication application) {
        return application.browserClient().isEmpty() || locked ? Optional.empty() : Optional.ofNullable(callers);
    }

    /** From now on the server can be relied on. Until then every request is refused, whether or not it bears a token. */
    public void unlock() {
        locked = false;
    }

    Verdict judge(HttpServletRequest request) {
        BearerGuard judge = guard;
        if (locked) {
            return unavailable();
        }
        return told(judge != null ? judge.judge(request) : unjudged(request));
    }

    /** The same for an application that may have an audience and a scope of its own. */
    Verdict judge(HttpServletRequest request, GuardedApplication application) {
        BearerGuard judge = guard;
        if (locked) {
            return unavailable();
        }
        if (judge == null) {
            return told(unjudged(request));
        }
        BearerGuard own = byAudience.computeIfAbsent(application.audience(), judge::withAudience);
        Verdict verdict = own.judge(request);
        if (verdict instanceof Verdict.Anonymous
                && Requests.headers(request, "Authorization").isEmpty()) {
            verdict = bySession(request, application, own);
        }
        told(verdict);
        return application.requiredScope().isEmpty() ? verdict : withScope(verdict, application);
    }

    /** Counts who is nobody, which a guard cannot tell: there may be a session. Where that is not known, nothing is. */
    private Verdict told(Verdict verdict) {
        if (verdict instanceof Verdict.Anonymous) {
            judgements.judged(verdict.equals(UNTOLD) ? Judgement.UNAVAILABLE : Judgement.ANONYMOUS, 0);
        }
        return verdict;
    }

    /**
     * A token that a session stands for is judged as if it had come in the header. Where that cannot be told now, what is open to anybody
     * stays open.
     */
    private Verdict bySession(HttpServletRequest request, GuardedApplication application, BearerGuard judge) {
        Optional<BrowserCallers> browsers = browsers(application);
        if (browsers.isEmpty()) {
            return new Verdict.Anonymous();
        }
        try {
            return browsers.get()
                    .token(request, application.browserClient().orElseThrow())
                    .map(token -> judge.judge(List.of("Bearer " + token), request))
                    .orElse(new Verdict.Anonymous());
        } catch (OAuthException refusal) {
            if (refusal.code() != ErrorCode.INVALID_REQUEST) {
                return UNTOLD;
            }
            judgements.judged(Judgement.FOREIGN_REQUEST, 0);
            return new Verdict.Refused(403, Challenge.FOREIGN_REQUEST);
        } catch (DatabaseAwayException away) {
            return UNTOLD;
        } catch (RuntimeException fault) {
            Incident.report(fault);
            return UNTOLD;
        }
    }

    private static Verdict withScope(Verdict verdict, GuardedApplication application) {
        if (verdict instanceof Verdict.Accepted accepted) {
            return accepted.caller().hasScope(application.requiredScope())
                    ? verdict
                    : new Verdict.Refused(403, Challenge.missingScope(application.requiredScope()));
        }
        // RFC 6750 section 3: what a client should ask for, which only an application with a scope of its own can say
        return verdict instanceof Verdict.Anonymous && !verdict.equals(UNTOLD)
                ? new Verdict.Anonymous(new Verdict.Refused(401, Challenge.noToken(application.requiredScope())))
                : verdict;
    }

    private Verdict unjudged(HttpServletRequest request) {
        return Requests.headers(request, "Authorization").stream().anyMatch(BearerGuard::isBearer)
                ? unavailable()
                : UNTOLD;
    }

    private Verdict unavailable() {
        judgements.judged(Judgement.UNAVAILABLE, 0);
        return UNAVAILABLE;
    }
}

package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.audit.Origin;
import org.claviger.http.Incident;
import org.claviger.http.Requests;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.InvalidTokenException.Check;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.OAuthException;
import org.claviger.trace.Trace;

/**
 * Judges requests by their bearer token (RFC 6750 section 2.1). Headers only: it never reads a body, a parameter or the
 * database, nor the network, unless a resource server asks its issuer; there is no way to switch it off.
 */
public final class BearerGuard {
    private static final String SCHEME = "Bearer";
    private static final boolean[] B64TOKEN = new boolean[128];

    static {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
                .chars()
                .forEach(c -> B64TOKEN[c] = true);
    }

    private final LiveTokens tokens;
    private final String audience;
    private volatile Judgements judgements;

    /** Accepts tokens for this audience. */
    public BearerGuard(LiveTokens tokens, String audience) {
        this(tokens, audience, (judgement, nanos) -> {});
    }

    private BearerGuard(LiveTokens tokens, String audience, Judgements judgements) {
        this.tokens = tokens;
        this.audience = audience;
        this.judgements = judgements;
    }

    /** From now on they are told. */
    void tell(Judgements counting) {
        judgements = counting;
    }

    /** One that accepts tokens for this audience instead. */
    BearerGuard withAudience(String other) {
        return other.equals(audience) ? this : new BearerGuard(tokens, other, judgements);
    }

    Verdict judge(HttpServletRequest request) {
        try {
            return judge(Requests.headers(request, "Authorization"), request);
        } catch (RuntimeException fault) {
            Origin.continuing(trace(request), () -> Incident.report(fault));
            judgements.judged(Judgement.FAULT, 0);
            return new Verdict.Refused(503, Challenge.NO_TOKEN);
        }
    }

    /** The same by these values in place of the {@code Authorization} headers. */
    @SuppressWarnings("try") // the scope is there to be closed
    Verdict judge(List<String> authorization, HttpServletRequest request) {
        if (authorization.stream().noneMatch(BearerGuard::isBearer)) {
            return new Verdict.Anonymous();
        }
        Optional<String> token = authorization.size() == 1 ? token(authorization.get(0)) : Optional.empty();
        if (token.isEmpty()) {
            judgements.judged(Judgement.BAD_REQUEST, 0);
            return new Verdict.Refused(400, Challenge.INVALID_REQUEST);
        }
        long begun = System.nanoTime();
        try (Trace.Scope known = Trace.onBehalfOf(name -> Requests.headers(request, name))) {
            VerifiedJwt jwt = tokens.prove(token.get());
            if (!jwt.isFor(audience)) {
                throw new InvalidTokenException(Check.AUDIENCE, "the token is for another audience");
            }
            judgements.judged(Judgement.ACCEPTED, System.nanoTime() - begun);
            return new Verdict.Accepted(new CallerToken(jwt));
        } catch (InvalidTokenException refused) {
            judgements.judged(Judgement.of(refused.check()), System.nanoTime() - begun);
            return refuse(String.valueOf(refused.getMessage()), request);
        } catch (OAuthException unknown) { // on every request for as long as it lasts: the feed has logged it
            judgements.judged(Judgement.UNAVAILABLE, System.nanoTime() - begun);
            return new Verdict.Refused(503, Challenge.NO_TOKEN);
        }
    }

    /** RFC 9110 section 11.1: the scheme is case-insensitive. */
    static boolean isBearer(String header) {
        int end = SCHEME.length();
        return header.regionMatches(true, 0, SCHEME, 0, end) && (header.length() == end || header.charAt(end) == ' ');
    }

    /**
     * The token of such a header: after one or more blanks, a {@code b64token} (RFC 6750 section 2.1). By hand, because a regular
     * expression takes nine times as long as all the rest of the judgement.
     */
    private static Optional<String> token(String header) {
        int begin = SCHEME.length();
        int end = header.length();
        while (begin < end && header.charAt(begin) == ' ') {
            begin++;
        }
        while (begin < end && header.charAt(end - 1) == ' ') {
            end--;
        }
        String token = header.substring(begin, end);
        int padding = token.length();
        while (padding > 0 && token.charAt(padding - 1) == '=') {
            padding--;
        }
        for (int i = 0; i < padding; i++) {
            char c = token.charAt(i);
            if (c >= 128 || !B64TOKEN[c]) {
                return Optional.empty();
            }
        }
        return padding == 0 ? Optional.empty() : Optional.of(token);
    }

    private static List<String> trace(HttpServletRequest request) {
        try {
            return Requests.headers(request, Requests.TRACEPARENT);
        } catch (RuntimeException unreadable) { // which may be why this is asked
            return List.of();
        }
    }

    private Verdict refuse(String reason, HttpServletRequest request) {
        Origin.continuing(
                trace(request),
                () -> Audit.record(AuditEvent.BEARER_REFUSED, Map.of("audience", audience, "reason", reason)));
        return new Verdict.Refused(401, Challenge.INVALID_TOKEN);
    }
}

package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.http.Incident;
import org.claviger.http.Requests;
import org.claviger.jose.InvalidTokenException;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.OAuthException;

/**
 * Judges requests by their bearer token (RFC 6750 section 2.1). Headers only: it never reads a body, a parameter, the
 * database or the network, and there is no way to switch it off.
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

    /** Accepts tokens for this audience. */
    public BearerGuard(LiveTokens tokens, String audience) {
        this.tokens = tokens;
        this.audience = audience;
    }

    /** One that accepts tokens for this audience instead. */
    BearerGuard withAudience(String other) {
        return other.equals(audience) ? this : new BearerGuard(tokens, other);
    }

    Verdict judge(HttpServletRequest request) {
        try {
            return judge(Requests.headers(request, "Authorization"));
        } catch (RuntimeException fault) {
            Incident.report(fault);
            return new Verdict.Refused(503, Challenge.NO_TOKEN);
        }
    }

    /** The same by the values of the {@code Authorization} headers alone. */
    Verdict judge(List<String> authorization) {
        if (authorization.stream().noneMatch(BearerGuard::isBearer)) {
            return new Verdict.Anonymous();
        }
        if (authorization.size() > 1) {
            return new Verdict.Refused(400, Challenge.INVALID_REQUEST);
        }
        Optional<String> token = token(authorization.get(0));
        if (token.isEmpty()) {
            return new Verdict.Refused(400, Challenge.INVALID_REQUEST);
        }
        try {
            VerifiedJwt jwt = tokens.prove(token.get());
            return jwt.isFor(audience)
                    ? new Verdict.Accepted(new CallerToken(jwt))
                    : refuse("the token is for another audience");
        } catch (InvalidTokenException refused) {
            return refuse(String.valueOf(refused.getMessage()));
        } catch (OAuthException unknown) { // on every request for as long as it lasts: the feed has logged it
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

    private Verdict refuse(String reason) {
        Audit.record(AuditEvent.BEARER_REFUSED, Map.of("audience", audience, "reason", reason));
        return new Verdict.Refused(401, Challenge.INVALID_TOKEN);
    }
}

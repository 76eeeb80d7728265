package org.claviger.guard;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    // RFC 6750 section 2.1: b64token; RFC 9110 section 11.1: the scheme is case-insensitive
    private static final Pattern BEARER =
            Pattern.compile("bearer +(?<token>[A-Za-z0-9._~+/-]+=*) *", Pattern.CASE_INSENSITIVE);

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
        Matcher parts = BEARER.matcher(authorization.get(0));
        if (!parts.matches()) {
            return new Verdict.Refused(400, Challenge.INVALID_REQUEST);
        }
        try {
            VerifiedJwt jwt = tokens.prove(parts.group("token"));
            return jwt.isFor(audience)
                    ? new Verdict.Accepted(new CallerToken(jwt))
                    : refuse("the token is for another audience");
        } catch (InvalidTokenException refused) {
            return refuse(String.valueOf(refused.getMessage()));
        } catch (OAuthException unknown) { // on every request for as long as it lasts: the feed has logged it
            return new Verdict.Refused(503, Challenge.NO_TOKEN);
        }
    }

    static boolean isBearer(String header) {
        return header.regionMatches(true, 0, "Bearer", 0, 6) && (header.length() == 6 || header.charAt(6) == ' ');
    }

    private Verdict refuse(String reason) {
        Audit.record(AuditEvent.BEARER_REFUSED, Map.of("audience", audience, "reason", reason));
        return new Verdict.Refused(401, Challenge.INVALID_TOKEN);
    }
}

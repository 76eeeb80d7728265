package org.claviger.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.Locale;
import org.claviger.database.DatabaseAwayException;
import org.claviger.http.Endpoint;
import org.claviger.http.Incident;
import org.claviger.identity.LastAdministratorException;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.jspecify.annotations.Nullable;

/**
 * What fails is answered as everything refused here is, by a problem (RFC 9457): what JAX-RS itself refuses (404, 405, 406, 415), 503 if
 * the database is away, otherwise 500 with the id under which it is in the log.
 */
@Provider
public class Faults implements ExceptionMapper<Exception> {
    /** Put here by the server, for whatever request it is at the moment. */
    @Context
    @Nullable
    HttpServletRequest request;

    @Override
    public Response toResponse(Exception fault) {
        if (fault instanceof WebApplicationException refusal) {
            return explained(refusal.getResponse());
        }
        if (fault instanceof OAuthException refusal) {
            tell(refusal.code());
            Response problem = Problem.of(refusal.code().status(), refusal.description());
            return refusal.retryAfter()
                    .map(after -> Response.fromResponse(problem)
                            .header("Retry-After", after.toSeconds())
                            .build())
                    .orElse(problem);
        }
        if (fault instanceof LastAdministratorException) {
            return Problem.of(409, "this is the last enabled administrator: make somebody else one before");
        }
        if (fault instanceof DatabaseAwayException) {
            tell(ErrorCode.TEMPORARILY_UNAVAILABLE);
            Response away = Problem.of(ErrorCode.TEMPORARILY_UNAVAILABLE.status(), "the database cannot be reached");
            return Response.fromResponse(away).header("Retry-After", "5").build();
        }
        tell(ErrorCode.SERVER_ERROR);
        return Problem.of(ErrorCode.SERVER_ERROR.status(), "incident " + Incident.report(fault));
    }

    /** Whoever counts, as {@link Endpoint} does. */
    private void tell(ErrorCode code) {
        if (request != null) {
            request.setAttribute(Endpoint.REFUSED_WITH, code);
        }
    }

    /** With the headers that it has, such as {@code Allow}; its text is the server's, and may be a page. */
    private static Response explained(Response refusal) {
        if (refusal.getStatus() < 400 || Problem.MEDIA_TYPE.equals(String.valueOf(refusal.getMediaType()))) {
            return refusal;
        }
        Response problem = Problem.of(
                refusal.getStatus(), refusal.getStatusInfo().getReasonPhrase().toLowerCase(Locale.ROOT));
        Response.ResponseBuilder answer = Response.fromResponse(problem);
        refusal.getStringHeaders().forEach((name, values) -> {
            if (!name.toLowerCase(Locale.ROOT).startsWith("content-")) {
                values.forEach(value -> answer.header(name, value));
            }
        });
        return answer.build();
    }
}

package org.claviger.admin;

import jakarta.json.Json;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import org.claviger.database.DatabaseAwayException;
import org.claviger.http.Incident;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;

/** What fails is answered as at every endpoint: 503 if the database is away, otherwise 500 with the id under which it is in the log. */
@Provider
public class Faults implements ExceptionMapper<Exception> {
    @Override
    public Response toResponse(Exception fault) {
        if (fault instanceof WebApplicationException refusal) {
            return refusal.getResponse();
        }
        if (fault instanceof OAuthException refusal) {
            return answer(refusal.code(), refusal.description()).build();
        }
        if (fault instanceof DatabaseAwayException) {
            return answer(ErrorCode.TEMPORARILY_UNAVAILABLE, "the database cannot be reached")
                    .header("Retry-After", "5")
                    .build();
        }
        return answer(ErrorCode.SERVER_ERROR, "incident " + Incident.report(fault))
                .build();
    }

    private static Response.ResponseBuilder answer(ErrorCode code, String description) {
        return Response.status(code.status())
                .type(MediaType.APPLICATION_JSON)
                .entity(Json.createObjectBuilder()
                        .add("error", code.value())
                        .add("error_description", description)
                        .build());
    }
}

package org.claviger.admin;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.core.Response;

/** Why a request is refused, as RFC 9457 section 3 describes it. */
final class Problem {
    static final String MEDIA_TYPE = "application/problem+json";

    private Problem() {}

    /** A problem of the request as a whole. */
    static Response of(int status, String detail) {
        return answer(status, object(status, detail));
    }

    /**
     * A problem of one member of the request.
     *
     * @param pointer to that member (RFC 6901); empty for the whole
     */
    static Response of(int status, String pointer, String detail) {
        JsonObjectBuilder problem = object(status, detail)
                .add(
                        "errors",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("pointer", "#" + pointer)
                                        .add("detail", detail)));
        return answer(status, problem);
    }

    private static JsonObjectBuilder object(int status, String detail) {
        Response.StatusType known = Response.Status.fromStatusCode(status);
        String title = known == null ? "Unprocessable Content" : known.getReasonPhrase(); // RFC 9110 section 15.5.21
        return Json.createObjectBuilder()
                .add("type", "about:blank")
                .add("title", title)
                .add("status", status)
                .add("detail", detail);
    }

    private static Response answer(int status, JsonObjectBuilder problem) {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .entity(problem.build().toString())
                .build();
    }
}

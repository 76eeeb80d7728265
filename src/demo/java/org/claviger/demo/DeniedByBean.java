package org.claviger.demo;

import jakarta.ejb.EJBAccessException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * Answers 403 where an enterprise bean refused the caller; servers answer 500 otherwise, because to JAX-RS it is an
 * exception like any other. An anonymous caller is no special case here: turning that 403 into a 401 with a challenge
 * is the business of whoever authenticates callers.
 */
@Provider
public class DeniedByBean implements ExceptionMapper<EJBAccessException> {

    @Override
    public Response toResponse(EJBAccessException refusal) {
        return Response.status(Response.Status.FORBIDDEN).build();
    }
}

package org.claviger.inject;

import jakarta.ejb.EJBAccessException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;

/**
 * Answers 403 where an enterprise bean refused the caller of a JAX-RS resource; to JAX-RS it is an exception like any other,
 * and servers answer 500. For an anonymous caller the guard makes a 401 of it.
 */
public class RefusedByBean implements ExceptionMapper<EJBAccessException> {
    @Override
    public Response toResponse(EJBAccessException refusal) {
        return Response.status(Response.Status.FORBIDDEN).build();
    }
}

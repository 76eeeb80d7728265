package org.claviger.admin;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.Provider;

/** Refuses addresses with control characters, which no name has, before a database does: to PostgreSQL a NUL is a fault. */
@Provider
public class OddText implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
        UriInfo address = request.getUriInfo();
        if (isOdd(address.getPath())) {
            request.abortWith(Problem.of(400, "the path has control characters"));
        }
        address.getQueryParameters().forEach((name, values) -> {
            if (isOdd(name) || values.stream().anyMatch(OddText::isOdd)) {
                request.abortWith(Problem.of(400, "a query parameter has control characters"));
            }
        });
    }

    private static boolean isOdd(String text) {
        return text.chars().anyMatch(Character::isISOControl);
    }
}

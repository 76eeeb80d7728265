package org.claviger.inject;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** The token of whoever is the caller at the moment; without one all is null and empty, as MicroProfile JWT has it. */
final class CurrentToken implements JsonWebToken {
    private final HttpServletRequest request;

    CurrentToken(HttpServletRequest request) {
        this.request = request;
    }

    private JsonWebToken token() {
        return request.getUserPrincipal() instanceof JsonWebToken token ? token : null;
    }

    @Override
    public String getName() {
        JsonWebToken token = token();
        return token == null ? null : token.getName();
    }

    @Override
    public Set<String> getClaimNames() {
        JsonWebToken token = token();
        return token == null ? Set.of() : token.getClaimNames();
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // the signature is MicroProfile's
    public <T> T getClaim(String claimName) {
        JsonWebToken token = token();
        return token == null ? null : token.<T>getClaim(claimName);
    }
}

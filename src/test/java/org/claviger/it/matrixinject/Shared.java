package org.claviger.it.matrixinject;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.jwt.Claim;
import org.eclipse.microprofile.jwt.ClaimValue;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** A bean that outlives requests sees the caller of each. */
@ApplicationScoped
public class Shared {
    @Inject
    private JsonWebToken token;

    @Inject
    @Claim("upn")
    private ClaimValue<String> upn;

    String caller() {
        return token.getName() + " " + upn.getValue();
    }
}

package org.claviger.it;

import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** What {@code docs/verifiers.md} shows: SmallRye JWT as a library verifies access tokens, by the JWK set. */
final class SmallRyeVerifier {
    /** One for the whole program: it keeps the JWK set. */
    private final JWTParser parser;

    SmallRyeVerifier(String issuer, String audience) {
        JWTAuthContextInfo context = new JWTAuthContextInfo();
        context.setPublicKeyLocation(issuer + "/jwks");
        context.setIssuedBy(issuer);
        context.setExpectedAudience(Set.of(audience));
        parser = new DefaultJWTParser(context);
    }

    /** The subject, if the token is good and has the role. */
    String subject(String token, String role) throws ParseException, SecurityException {
        JsonWebToken verified = parser.parse(token);
        if (!verified.getGroups().contains(role)) {
            throw new SecurityException(verified.getSubject() + " is no " + role);
        }
        return verified.getSubject();
    }
}

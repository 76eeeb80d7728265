package org.claviger.guard;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.Scope;
import org.eclipse.microprofile.jwt.Claims;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/**
 * The caller of a request: what an application gets from {@code getUserPrincipal()}. Its name is the {@code upn}, else the
 * {@code preferred_username}, else the {@code sub} (MicroProfile JWT 2.1 section 5.2.1).
 */
public final class CallerToken implements JsonWebToken {
    private final VerifiedJwt jwt;

    CallerToken(VerifiedJwt jwt) {
        this.jwt = jwt;
    }

    @Override
    public String getName() {
        return Optional.<String>empty()
                .or(() -> jwt.text(Claims.upn.name()))
                .or(() -> jwt.text(Claims.preferred_username.name()))
                .or(() -> jwt.text(Claims.sub.name()))
                .orElseThrow();
    }

    @Override
    public Set<String> getClaimNames() {
        Set<String> names = new LinkedHashSet<>(jwt.names());
        names.add(Claims.raw_token.name());
        return names;
    }

    /** A claim: sets for {@code aud} and {@code groups}, otherwise text, number, truth value, list or map; null if missing. */
    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the signature is MicroProfile's
    public <T> @Nullable T getClaim(String name) {
        Object claim =
                switch (name) {
                    case "raw_token" -> jwt.encoded();
                    case "aud", "groups" -> new LinkedHashSet<>(jwt.texts(name));
                    default -> jwt.find(name).orElse(null);
                };
        return (T) claim;
    }

    @Override
    public Set<String> getGroups() {
        return new LinkedHashSet<>(jwt.texts(Claims.groups.name()));
    }

    /** The texts of a claim; empty where it is missing or something else. */
    List<String> texts(String claim) {
        return jwt.texts(claim);
    }

    /** Whether all of this scope was granted (RFC 9068 section 2.2.3). */
    boolean hasScope(Scope scope) {
        String granted = " " + jwt.text("scope").orElse("") + " ";
        return scope.tokens().allMatch(token -> granted.contains(" " + token + " "));
    }

    @Override
    public String toString() {
        return "CallerToken[" + jwt + "]";
    }
}

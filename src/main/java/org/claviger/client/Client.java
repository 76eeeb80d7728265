package org.claviger.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.jose.TokenType;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.Scope;

/**
 * A registered client.
 *
 * @param redirectUris where answers may be sent, see {@link #acceptsRedirect}
 * @param scope the most that it may ask for
 * @param audience what its access tokens are for; absent for the installation's default
 * @param resource the audience that it is itself, as a resource server: it may introspect tokens for that; absent if it is none
 * @param signingAlgorithm what signs its access tokens; absent for the installation's default
 * @param groups the groups of its own tokens, when it acts for itself
 * @param userGroups the groups of users that its tokens may carry; absent for all of them
 * @param classification names its rules, see {@link org.claviger.settings.Classification}
 * @param refreshTokenLeeway for how long it may repeat a refresh whose answer it lost; absent for what its
 *     classification says
 * @param allowedOrigins the origins whose scripts may call the token and revocation endpoints and read their answers
 */
public record Client(
        ClientId id,
        String name,
        ClientAuthenticationMethod authenticationMethod,
        Set<GrantType> grantTypes,
        List<String> redirectUris,
        List<String> postLogoutRedirectUris,
        Scope scope,
        Optional<String> audience,
        Optional<String> resource,
        TokenType accessTokenType,
        Optional<SigningAlgorithm> signingAlgorithm,
        Set<String> groups,
        Optional<Set<String>> userGroups,
        String classification,
        Optional<Duration> refreshTokenLeeway,
        List<String> allowedOrigins) {

    public boolean isPublic() {
        return authenticationMethod == ClientAuthenticationMethod.NONE;
    }

    /** Whether it is a part of Claviger: nobody is asked whether it may have what it is for. */
    public boolean isBuiltIn() {
        return id.equals(ClientId.CONSOLE);
    }

    /**
     * Whether an authorization request may name this redirect URI: a registered one, character by character (RFC 9700 section
     * 2.1), or the same on another port of a loopback address (RFC 8252 section 7.3).
     */
    public boolean acceptsRedirect(String redirectUri) {
        return redirectUris.stream().anyMatch(registered -> RedirectUris.isSame(registered, redirectUri));
    }
}

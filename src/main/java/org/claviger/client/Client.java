package org.claviger.client;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.claviger.jose.TokenType;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.Scope;

/**
 * A registered client.
 *
 * @param redirectUris compared character by character (RFC 9700 section 2.1)
 * @param scope the most that it may ask for
 * @param audience what its access tokens are for; absent for the installation's default
 * @param groups the groups of its own tokens, when it acts for itself
 * @param userGroups the groups of users that its tokens may carry; absent for all of them
 * @param classification names its lifetimes and rules; reserved, {@code standard} until classifications exist
 * @param allowedOrigins the origins whose scripts may call the token endpoint; reserved until CORS exists
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
        TokenType accessTokenType,
        Set<String> groups,
        Optional<Set<String>> userGroups,
        String classification,
        List<String> allowedOrigins) {

    public boolean isPublic() {
        return authenticationMethod == ClientAuthenticationMethod.NONE;
    }
}

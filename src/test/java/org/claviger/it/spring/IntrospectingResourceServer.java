package org.claviger.it.spring;

import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.oauth2.server.resource.introspection.SpringOpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;

/** What {@code docs/verifiers.md} shows: Spring Security asks Claviger about each access token (RFC 7662). */
@Configuration
public class IntrospectingResourceServer {
    /** It checks nothing of the answer but {@code active}; whom the token is for and the roles are ours to read. */
    @Bean
    public OpaqueTokenIntrospector introspector(
            @Value("${issuer}") String issuer,
            @Value("${audience}") String audience,
            @Value("${client-id}") String clientId,
            @Value("${client-secret}") String clientSecret) {
        SpringOpaqueTokenIntrospector introspector = SpringOpaqueTokenIntrospector.withIntrospectionUri(
                        issuer + "/introspect")
                .clientId(clientId)
                .clientSecret(clientSecret)
                .build();
        introspector.setAuthenticationConverter(token -> {
            List<String> audiences = token.getAudience();
            if (audiences == null || !audiences.contains(audience)) {
                throw new BadOpaqueTokenException("The token is for somebody else");
            }
            List<String> groups = token.getClaimAsStringList("groups");
            List<GrantedAuthority> roles = groups == null
                    ? List.of()
                    : AuthorityUtils.createAuthorityList(
                            groups.stream().map(group -> "ROLE_" + group).toList());
            return new OAuth2IntrospectionAuthenticatedPrincipal(token.getSubject(), token.getClaims(), roles);
        });
        return introspector;
    }

    /** Whoever calls something below {@code /opaque} needs the role {@code user}. */
    @Bean
    public SecurityFilterChain byIntrospection(HttpSecurity http, OpaqueTokenIntrospector introspector)
            throws Exception {
        return http.securityMatcher("/opaque/**")
                .authorizeHttpRequests(requests -> requests.anyRequest().hasRole("user"))
                .oauth2ResourceServer(server -> server.opaqueToken(opaque -> opaque.introspector(introspector)))
                .build();
    }
}

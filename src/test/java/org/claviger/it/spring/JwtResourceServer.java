package org.claviger.it.spring;

import java.util.Objects;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtGrantedAuthoritiesConverter;
import org.springframework.security.web.SecurityFilterChain;

/** What {@code docs/verifiers.md} shows: Spring Security verifies access tokens itself, by the JWK set. */
@Configuration
public class JwtResourceServer {
    /** By the metadata of the issuer (RFC 8414), and what RFC 9068 section 4 wants. */
    @Bean
    public JwtDecoder decoder(@Value("${issuer}") String issuer, @Value("${audience}") String audience) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withIssuerLocation(issuer)
                .validateType(false) // would refuse at+jwt, which the next validator wants
                .build();
        decoder.setJwtValidator(JwtValidators.createAtJwtValidator()
                .issuer(issuer)
                .audience(audience)
                .validators(all -> all.put("client_id", new JwtClaimValidator<>("client_id", Objects::nonNull)))
                .build());
        return decoder;
    }

    /** The roles are the groups. */
    @Bean
    public JwtAuthenticationConverter groups() {
        JwtGrantedAuthoritiesConverter groups = new JwtGrantedAuthoritiesConverter();
        groups.setAuthoritiesClaimName("groups");
        groups.setAuthorityPrefix("ROLE_");
        JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(groups);
        return converter;
    }

    /** Whoever calls something below {@code /jwt} needs the role {@code user}. */
    @Bean
    public SecurityFilterChain byJwt(HttpSecurity http, JwtDecoder decoder, JwtAuthenticationConverter groups)
            throws Exception {
        return http.securityMatcher("/jwt/**")
                .authorizeHttpRequests(requests -> requests.anyRequest().hasRole("user"))
                .oauth2ResourceServer(
                        server -> server.jwt(jwt -> jwt.decoder(decoder).jwtAuthenticationConverter(groups)))
                .build();
    }
}

package org.claviger.it.spring;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.AbstractSecurityWebApplicationInitializer;

/** What Spring Boot would do, without it: starts Spring with both configurations and puts its filter before everything. */
public class Start extends AbstractSecurityWebApplicationInitializer {
    /** By the container. */
    public Start() {
        super(Settings.class, JwtResourceServer.class, IntrospectingResourceServer.class);
    }

    /** Where the values come from, and what Spring Security does when it is told the JWK set and nothing else. */
    @Configuration
    @EnableWebSecurity
    @PropertySource("classpath:application.properties")
    public static class Settings {
        /** Below {@code /default}. */
        @Bean
        public SecurityFilterChain byDefault(HttpSecurity http, org.springframework.core.env.Environment settings)
                throws Exception {
            NimbusJwtDecoder decoder = NimbusJwtDecoder.withJwkSetUri(settings.getRequiredProperty("issuer") + "/jwks")
                    .build();
            return http.securityMatcher("/default/**")
                    .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .oauth2ResourceServer(server -> server.jwt(jwt -> jwt.decoder(decoder)))
                    .build();
        }
    }
}

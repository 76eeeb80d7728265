package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Debian's mod_auth_openidc and mod_oauth2: {@code ./mvnw verify -Pgateway}. */
@Tag("gateway")
@Tag("any-database")
class ApacheVerifierIT extends VerifierContract {
    private static final List<String> FILES = List.of(
            "apache-openidc.conf",
            "apache-openidc-introspection.conf",
            "apache-oauth2.conf",
            "apache-oauth2-introspection.conf");

    private final Apache apache;
    private final List<Verifier> verifiers;

    ApacheVerifierIT(RotatingClaviger claviger) throws InterruptedException, IOException, GeneralSecurityException {
        super(claviger);
        apache = new Apache(
                RunningClaviger.folder().resolve("verifiers-apache"),
                claviger.server(),
                FILES,
                UnaryOperator.identity());
        verifiers = verifiers(apache);
    }

    private static List<Verifier> verifiers(Apache apache) {
        return FILES.stream()
                .map(file -> new Verifier(
                        file,
                        Verifier.at(apache.at(file)),
                        "elsewhere",
                        Verifier.ELSEWHERE,
                        file.contains("introspection")))
                .toList();
    }

    /** One that may remember what it has seen. */
    private Apache remembering() throws InterruptedException, IOException, GeneralSecurityException {
        return new Apache(
                RunningClaviger.folder().resolve("verifiers-apache-as-delivered"),
                claviger.server(),
                FILES,
                file -> file.replace("OIDCOAuthTokenIntrospectionInterval -1", "")
                        .replace("&expiry=0", ""));
    }

    @AfterAll
    void stop() {
        apache.close();
    }

    @Override
    List<Verifier> verifiers() {
        return verifiers;
    }

    /** None of them forgives clocks; what the documentation warns of is that mod_oauth2 remembers for longer than a token lives. */
    @Test
    void a_token_that_was_accepted_is_refused_when_its_time_is_over() throws Exception {
        try (Apache remembering = remembering()) {
            Verifier warned = verifiers(remembering).get(FILES.indexOf("apache-oauth2.conf"));
            List<String> tokens = new ArrayList<>();
            for (Verifier verifier : verifiers) {
                String token = made(verifier).lifetime(Duration.ofSeconds(3)).sign();
                assertAccepted(verifier, token);
                assertAccepted(warned, token);
                tokens.add(token);
            }
            for (int i = 0; i < tokens.size(); i++) {
                Verifier verifier = verifiers.get(i);
                String token = tokens.get(i);
                Await.until(
                        verifier + " refuses it",
                        Duration.ofSeconds(30),
                        () -> verifier.of(token).status() == 401);
                assertAccepted(warned, token);
            }
        }
    }

    /** What the documentation warns of. */
    @Test
    void without_what_our_files_say_revoked_tokens_stay_good_or_are_written_to_the_log() throws Exception {
        try (Apache remembering = remembering()) {
            List<Verifier> warned = verifiers(remembering);
            Verifier openidc = warned.get(FILES.indexOf("apache-openidc-introspection.conf"));
            String logged = claviger.flow().serviceToken("elsewhere");
            assertAccepted(openidc, logged);
            assertThat(remembering.log()).contains(logged);

            Verifier oauth2 = warned.get(FILES.indexOf("apache-oauth2-introspection.conf"));
            String revoked = claviger.flow().serviceToken("elsewhere");
            assertAccepted(oauth2, revoked);
            assertThat(claviger.flow().revoke("elsewhere", revoked).statusCode())
                    .isEqualTo(200);
            assertAccepted(oauth2, revoked);
        }
    }

    @Test
    void no_token_is_in_the_log() throws InterruptedException, IOException {
        for (Verifier verifier : verifiers) {
            String forged = made(verifier).forged();
            assertRefused(verifier, "forged", forged);
            assertThat(apache.log()).doesNotContain(forged.substring(forged.lastIndexOf('.') + 1));
            assertAccepted(verifier, made(verifier).sign());
        }
        assertThat(apache.log()).doesNotContain("eyJ");
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void the_application_is_told_who_calls_by_nobody_else_and_does_not_get_the_token(Verifier verifier)
            throws InterruptedException, IOException {
        String token = made(verifier).sign();
        HttpRequest request = HttpRequest.newBuilder(URI.create(apache.at(verifier.name())))
                .header("Authorization", "Bearer " + token)
                .header("OIDC_CLAIM_upn", "root")
                .header("OAUTH2_CLAIM_upn", "root")
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        String prefix = verifier.name().contains("openidc") ? "oidc_claim_" : "oauth2_claim_";
        assertThat(answer.body())
                .contains(prefix + "upn: clara\n", prefix + "groups: ")
                .doesNotContain(prefix + "upn: root")
                .doesNotContain(token);
    }

    @ParameterizedTest
    @MethodSource("verifiers")
    void a_token_is_taken_from_the_header_only(Verifier verifier) throws InterruptedException, IOException {
        String token = made(verifier).sign();
        HttpRequest request = HttpRequest.newBuilder(URI.create(apache.at(verifier.name()) + "?access_token=" + token))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer");
    }
}

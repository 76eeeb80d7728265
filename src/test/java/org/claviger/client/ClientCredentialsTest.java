package org.claviger.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.refusal;

import java.util.Base64;
import java.util.List;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCredentialsTest {
    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(ISO_8859_1));
    }

    private static ClientCredentials parse(List<String> authorization, String form) throws OAuthException {
        return ClientCredentials.parse(authorization, Parameters.parse(form));
    }

    private static void assertRefused(ErrorCode code, List<String> authorization, String form) {
        OAuthException refusal = refusal(() -> parse(authorization, form));

        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.description() + refusal.detail()).doesNotContain("swordfish");
    }

    @ParameterizedTest
    @CsvSource({
        "web:swordfish, web, swordfish",
        "a%20b:c%3Ad, a b, c:d",
        "a+b:c+d, a b, c d",
        "web:a:b, web, a:b",
        "web:%C3%A9, web, é",
        "https%3A%2F%2Fclient.example:x, https://client.example, x",
        "web:%2B%25, web, +%"
    })
    void basicIsFormEncodedInside(String pair, String id, String secret) throws OAuthException {
        ClientCredentials credentials = parse(List.of(basic(pair)), "");

        assertThat(credentials.id()).hasToString(id);
        assertThat(credentials.method()).isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        assertThat(credentials.secret()).isEqualTo(secret);
    }

    @ParameterizedTest
    @ValueSource(strings = {"basic ", "BASIC ", "bAsIc   "})
    void theSchemeIsCaseInsensitive(String scheme) throws OAuthException {
        assertThat(parse(List.of(scheme + basic("web:swordfish").substring(6)), "")
                        .secret())
                .isEqualTo("swordfish");
    }

    @Test
    void aSecretCanComeInTheForm() throws OAuthException {
        ClientCredentials credentials = parse(List.of(), "client_id=web&client_secret=sword%2Bfish");

        assertThat(credentials.id()).hasToString("web");
        assertThat(credentials.method()).isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_POST);
        assertThat(credentials.secret()).isEqualTo("sword+fish");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_id=spa", "client_id=spa&client_secret=", "client_id=spa&client_secret"})
    void aPublicClientOnlyNamesItself(String form) throws OAuthException {
        ClientCredentials credentials = parse(List.of(), form);

        assertThat(credentials.id()).hasToString("spa");
        assertThat(credentials.method()).isEqualTo(ClientAuthenticationMethod.NONE);
        assertThat(credentials.secret()).isEmpty();
    }

    @Test
    void theFormMayRepeatTheClientOfTheHeader() throws OAuthException {
        assertThat(parse(List.of(basic("web:swordfish")), "client_id=web").method())
                .isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        assertRefused(ErrorCode.INVALID_REQUEST, List.of(basic("web:swordfish")), "client_id=other");
    }

    @Test
    void t3TwoMethodsAreOneTooMany() {
        String header = basic("web:swordfish");

        assertRefused(ErrorCode.INVALID_REQUEST, List.of(header), "client_id=web&client_secret=swordfish");
        assertRefused(ErrorCode.INVALID_REQUEST, List.of(header), "client_secret=swordfish");
        assertRefused(ErrorCode.INVALID_REQUEST, List.of(header, header), "");
        assertRefused(ErrorCode.INVALID_REQUEST, List.of(header, "Bearer x"), "");
        assertRefused(ErrorCode.INVALID_REQUEST, List.of("Bearer x"), "client_id=web&client_secret=swordfish");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client_id=a&client_id=b",
                "client_id=a&client_secret=x&client_secret=y",
                "client_id=a&client_id=a"
            })
    void aRepeatedParameterIsRefused(String form) {
        assertRefused(ErrorCode.INVALID_REQUEST, List.of(), form);
    }

    @Test
    void t2WhoDoesNotSayWhoItIsIsRefused() {
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(), "");
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(), "client_id=");
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(), "client_secret=swordfish");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "Basic",
                "Basic ",
                "Basic !!!!",
                "Basic d2ViOnN3b3JkZmlzaA==x",
                "Basic d2Vi OnN3b3JkZmlzaA==",
                "Basic d2ViOnN3b3JkZmlzaA===",
                "Basic d2ViOnN3b3JkZmlzaA== d2ViOnN3b3JkZmlzaA==",
                "Basic d2ViOnN3b3JkZmlzaA==, Basic d2ViOnN3b3JkZmlzaA==",
                "Basic web:swordfish",
                "Basicd2ViOnN3b3JkZmlzaA==",
                "Bearer d2ViOnN3b3JkZmlzaA==",
                "Digest username=\"web\"",
                "d2ViOnN3b3JkZmlzaA=="
            })
    void t3AHeaderThatIsNotBasicIsRefused(String header) {
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(header), "");
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(header), "client_id=web");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "web",
                "websw%6Frdfish",
                ":swordfish",
                ":",
                "web:",
                "web:%",
                "web:%zz",
                "web%:swordfish",
                "web:sword\u00e9fish",
                "web:sword%E9fish",
                "web:sword%FFfish",
                "web:sword%C0%AFfish",
                "web:sword%00fish",
                "web:sword\nfish",
                "w\u00e9b:swordfish",
                "w%C3%A9b:swordfish",
                "we\0b:swordfish"
            })
    void t3APairThatIsNotFormEncodedIsRefused(String pair) {
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(basic(pair)), "");
    }

    @ParameterizedTest
    @CsvSource({
        "unused bits that are not zero, Basic d2ViOnN3b3JkZmlzaB==",
        "no padding, Basic d2ViOnN3b3JkZmlzaA",
        "half of the padding, Basic d2ViOnN3b3JkZmlzaA=",
        "the URL alphabet, Basic d2ViOj8_Pz8_Pz8_"
    })
    void t3OnlyOneSpellingOfBase64IsAccepted(String what, String header) {
        assertThat(basic("web:swordfish")).as(what).isEqualTo("Basic d2ViOnN3b3JkZmlzaA==");
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(header), "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_id=%C3%A9", "client_id=%E9%8D%B5", "client_id=%C3%A9&client_secret=swordfish"})
    void anIdentifierThatNoClientCanHaveIsUnknown(String form) {
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(), form);
    }

    @Test
    void anIdentifierThatIsTooLongIsUnknown() {
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(), "client_id=" + "x".repeat(256));
        assertRefused(ErrorCode.INVALID_CLIENT, List.of(basic("x".repeat(60_000) + ":swordfish")), "");
    }

    @Test
    void theSecretIsNeverShown() throws OAuthException {
        assertThat(parse(List.of(basic("web:swordfish")), ""))
                .hasToString("ClientCredentials[id=web, method=CLIENT_SECRET_BASIC]");
    }
}

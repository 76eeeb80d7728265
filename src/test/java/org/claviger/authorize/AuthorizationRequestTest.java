package org.claviger.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.Fixture.CHALLENGE;
import static org.claviger.Fixture.json;
import static org.claviger.Fixture.refusal;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.claviger.Fixture;
import org.claviger.TestDatabase;
import org.claviger.client.Clients;
import org.claviger.identity.ResourceOwner;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationRequestTest {
    private static final String REDIRECT = "https%3A%2F%2Fweb.example.org%2Fcallback%3Ftenant%3Da";
    private static final String CLIENT = "client_id=web&redirect_uri=" + REDIRECT;
    private static final String PKCE = "&code_challenge=" + CHALLENGE + "&code_challenge_method=S256";
    private static final String GOOD = CLIENT + "&response_type=code" + PKCE;

    private final Clients clients = Fixture.clients(
            TestDatabase.empty(),
            json(
                    "{'client_id':'web','redirect_uris':['https://web.example.org/callback?tenant=a','com.example.app:/cb'],"
                            + "'scope':'profile claviger:admin demo'}"),
            json("{'client_id':'service','grant_types':['client_credentials'],"
                    + "'redirect_uris':['https://web.example.org/callback?tenant=a']}"));

    private ProvenRedirect prove(String form) throws OAuthException {
        return ProvenRedirect.prove(Parameters.parse(form), clients);
    }

    private AuthorizationRequest parse(String form) throws OAuthException {
        return AuthorizationRequest.parse(Parameters.parse(form), prove(form));
    }

    private static ResourceOwner owner(String... groups) {
        return new ResourceOwner(
                new Subject("s"), "alice", Optional.empty(), Optional.empty(), Set.copyOf(Arrays.asList(groups)));
    }

    @Test
    void aRequestIsRead() throws OAuthException {
        AuthorizationRequest request = parse(GOOD + "&scope=demo+profile&state=x&response_mode=query&unknown=y");

        assertThat(request.client().id()).hasToString("web");
        assertThat(request.redirectUri()).isEqualTo("https://web.example.org/callback?tenant=a");
        assertThat(request.scope()).hasToString("demo profile");
        assertThat(request.codeChallenge()).isEqualTo(new CodeChallenge(CHALLENGE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "client_id=web",
                "client_id=&redirect_uri=" + REDIRECT,
                "redirect_uri=" + REDIRECT,
                "client_id=web&redirect_uri=",
                "client_id=unknown&redirect_uri=" + REDIRECT,
                "client_id=WEB&redirect_uri=" + REDIRECT,
                "client_id=web%20&redirect_uri=" + REDIRECT,
                "client_id=%C3%A9&redirect_uri=" + REDIRECT,
                "client_id=web&client_id=web&redirect_uri=" + REDIRECT,
                CLIENT + "&redirect_uri=" + REDIRECT,
                CLIENT + "&redirect_uri=https%3A%2F%2Fevil.example"
            })
    void a2WithoutAProvenClientAndRedirectThereIsNoRequest(String form) {
        assertThat(refusal(() -> prove(form)).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://web.example.org/callback",
                "https://web.example.org/callback?tenant=a&x=y",
                "https://web.example.org/callback?tenant=b",
                "https://web.example.org/callback?tenant=a/",
                "https://web.example.org/callback?tenant=a#",
                "https://web.example.org/callback?tenant=a#x",
                "https://web.example.org/callback/?tenant=a",
                "https://web.example.org/Callback?tenant=a",
                "https://WEB.example.org/callback?tenant=a",
                "HTTPS://web.example.org/callback?tenant=a",
                "http://web.example.org/callback?tenant=a",
                "https://web.example.org:443/callback?tenant=a",
                "https://web.example.org./callback?tenant=a",
                "https://user@web.example.org/callback?tenant=a",
                "https://web.example.org@evil.example/callback?tenant=a",
                "https://web.example.org.evil.example/callback?tenant=a",
                "https://evil.example/web.example.org/callback?tenant=a",
                "https://web.example.org/x/../callback?tenant=a",
                "https://web.example.org/..;/callback?tenant=a",
                "https://web.example.org/%63allback?tenant=a",
                "https://web.example.org/callback%2e%2e?tenant=a",
                "https://web.example.org/callback\\?tenant=a",
                " https://web.example.org/callback?tenant=a",
                "https://web.example.org/callback?tenant=a ",
                "//web.example.org/callback?tenant=a",
                "/callback?tenant=a",
                "com.example.app:/CB",
                "com.example.app:/cb/",
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                "data:text/html,x"
            })
    void a1TheRedirectUriIsComparedCharacterByCharacter(String uri) {
        assertThat(refusal(() -> prove("client_id=web&" + Parameters.pair("redirect_uri", uri)))
                        .description())
                .isEqualTo("redirect_uri is not registered for this client");
    }

    @Test
    void aRequestHasAtMost4096Characters() throws OAuthException {
        int rest = 4_096 - GOOD.length() - "&state=".length();

        assertThat(prove(GOOD + "&state=" + "x".repeat(rest)).client().id()).hasToString("web");
        assertThat(refusal(() -> prove(GOOD + "&state=" + "x".repeat(rest + 1))).code())
                .isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "token, UNSUPPORTED_RESPONSE_TYPE",
        "id_token, UNSUPPORTED_RESPONSE_TYPE",
        "code+token, UNSUPPORTED_RESPONSE_TYPE",
        "code+code, UNSUPPORTED_RESPONSE_TYPE",
        "Code, UNSUPPORTED_RESPONSE_TYPE",
        "none, UNSUPPORTED_RESPONSE_TYPE",
        "'', INVALID_REQUEST",
        "code&response_type=code, INVALID_REQUEST",
        "code&response_mode=fragment, INVALID_REQUEST",
        "code&response_mode=form_post, INVALID_REQUEST",
        "code&response_mode=query.jwt, INVALID_REQUEST",
        "code&state=1&state=2, INVALID_REQUEST",
        "code&unknown=1&unknown=2, INVALID_REQUEST",
        "code&scope=unknown, INVALID_SCOPE",
        "code&scope=demo+unknown, INVALID_SCOPE",
        "code&scope=demo++profile, INVALID_SCOPE",
        "code&scope=%22, INVALID_SCOPE",
        "code&scope=claviger:admin:write, INVALID_SCOPE"
    })
    void a5EverythingElseIsRefused(String responseType, ErrorCode code) {
        assertThat(refusal(() -> parse(CLIENT + PKCE + "&response_type=" + responseType))
                        .code())
                .isEqualTo(code);
    }

    @Test
    void a3ARequestWithoutAChallengeIsRefused() {
        assertThat(refusal(() -> parse(CLIENT + "&response_type=code")).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @Test
    void t13AClientThatMayNotUseCodesIsRefused() {
        assertThat(refusal(() -> parse(GOOD.replace("client_id=web", "client_id=service")))
                        .code())
                .isEqualTo(ErrorCode.UNAUTHORIZED_CLIENT);
    }

    @Test
    void administrationIsAskedForByName() throws OAuthException {
        assertThat(parse(GOOD).scope()).hasToString("profile demo");
        assertThat(parse(GOOD + "&scope=").scope()).hasToString("profile demo");
        assertThat(parse(GOOD + "&scope=claviger:admin").scope()).hasToString("claviger:admin");
    }

    @Test
    void onlyAnAdministratorGrantsAdministration() throws OAuthException {
        AuthorizationRequest mixed = parse(GOOD + "&scope=demo+claviger:admin");

        assertThat(mixed.grantableBy(owner("claviger-admin"))).hasToString("demo claviger:admin");
        assertThat(mixed.grantableBy(owner("admin", "claviger-admins"))).hasToString("demo");
        assertThat(refusal(() -> parse(GOOD + "&scope=claviger:admin").grantableBy(owner("user")))
                        .code())
                .isEqualTo(ErrorCode.INVALID_SCOPE);
    }

    @ParameterizedTest
    @CsvSource({
        "https://web.example.org/callback?x=y, https://web.example.org",
        "https://web.example.org:8443/callback, https://web.example.org:8443",
        "http://127.0.0.1:8080/callback, http://127.0.0.1:8080",
        "http://[::1]:8080/callback, http:",
        "com.example.app:/cb, com.example.app:",
        "com.example.app:cb, com.example.app:"
    })
    void theFormMayLeadToTheClientOnly(String uri, String target) throws OAuthException {
        assertThat(new ProvenRedirect(prove(GOOD).client(), uri).formTarget()).isEqualTo(target);
    }
}

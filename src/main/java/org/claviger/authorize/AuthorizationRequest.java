package org.claviger.authorize;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;
import static org.claviger.oauth.ErrorCode.INVALID_SCOPE;
import static org.claviger.oauth.ErrorCode.UNAUTHORIZED_CLIENT;
import static org.claviger.oauth.ErrorCode.UNSUPPORTED_RESPONSE_TYPE;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.claviger.client.Client;
import org.claviger.identity.ResourceOwner;
import org.claviger.identity.SignInSession;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Scope;

/**
 * An authorization request (RFC 6749 section 4.1.1 with RFC 7636 section 4.3), and how the person is to be asked (OpenID Connect
 * Core section 3.1.2.1, which clients use without OpenID too).
 *
 * @param prompt any of none (alone), login, consent and select_account
 * @param maxAge the longest time since the sign-in
 * @param loginHint the user name that the client expects
 */
record AuthorizationRequest(
        Client client,
        String redirectUri,
        Scope scope,
        CodeChallenge codeChallenge,
        Set<String> prompt,
        Optional<Duration> maxAge,
        Optional<String> loginHint) {
    private static final Set<String> PROMPTS = Set.of("none", "login", "consent", "select_account");

    /** Reads the request; whatever is wrong with it is a refusal to be sent to the redirect URI. */
    static AuthorizationRequest parse(Parameters parameters, ProvenRedirect redirect) throws OAuthException {
        parameters.refuseRepeated();
        Client client = redirect.client();
        if (!parameters.require("response_type").equals("code")) {
            throw new OAuthException(UNSUPPORTED_RESPONSE_TYPE, "response_type must be code");
        }
        if (parameters
                .find("response_mode")
                .filter(mode -> !mode.equals("query"))
                .isPresent()) {
            throw new OAuthException(INVALID_REQUEST, "response_mode must be query");
        }
        if (!client.grantTypes().contains(GrantType.AUTHORIZATION_CODE)) {
            throw new OAuthException(UNAUTHORIZED_CLIENT, "this client may not use authorization_code");
        }
        return new AuthorizationRequest(
                client,
                redirect.redirectUri(),
                scope(parameters, client),
                CodeChallenge.parse(parameters),
                prompt(parameters),
                maxAge(parameters),
                parameters.find("login_hint").filter(hint -> hint.length() <= 255));
    }

    /** What is asked for; by default all that the client may have, except administration, which is asked for by name. */
    private static Scope scope(Parameters parameters, Client client) throws OAuthException {
        var asked = parameters.find("scope");
        if (asked.isEmpty()) {
            return client.scope().only(token -> !Scope.isAdministrative(token));
        }
        return client.scope().narrow(asked.get());
    }

    private static Set<String> prompt(Parameters parameters) throws OAuthException {
        Set<String> prompt = parameters.find("prompt").stream()
                .flatMap(value -> Arrays.stream(value.split(" ", -1)))
                .collect(Collectors.toSet());
        if (!PROMPTS.containsAll(prompt) || (prompt.contains("none") && prompt.size() > 1)) {
            throw new OAuthException(INVALID_REQUEST, "prompt must be none, or of login, consent and select_account");
        }
        return prompt;
    }

    private static Optional<Duration> maxAge(Parameters parameters) throws OAuthException {
        Optional<String> seconds = parameters.find("max_age");
        if (seconds.isPresent() && !seconds.get().matches("[0-9]{1,18}")) {
            throw new OAuthException(INVALID_REQUEST, "max_age must be a number of seconds");
        }
        return seconds.map(value -> Duration.ofSeconds(Long.parseLong(value)));
    }

    /** The request as it goes on after a sign-in, which has answered what it asked about signing in. */
    static Parameters signedIn(Parameters parameters) throws OAuthException {
        Parameters rest = parameters.without("max_age").without("prompt");
        String prompt = prompt(parameters).stream()
                .filter(value -> !value.equals("login") && !value.equals("select_account"))
                .sorted()
                .collect(Collectors.joining(" "));
        return prompt.isEmpty() ? rest : rest.with("prompt", prompt);
    }

    /** Whether nobody may be asked anything: what is not clear already is an error. */
    boolean isSilent() {
        return prompt.contains("none");
    }

    /**
     * Whether the person must sign in although there is a session.
     *
     * @param oldest the longest time since the sign-in that the client's classification allows
     */
    boolean needsSignIn(SignInSession session, Duration oldest, Instant now) {
        Duration age = Duration.between(session.authTime(), now);
        return prompt.contains("login")
                || prompt.contains("select_account")
                // "If the elapsed time is greater than this value": no sign-in of before satisfies 0.
                || maxAge.filter(asked -> asked.isZero() || age.compareTo(asked) > 0)
                        .isPresent()
                || age.compareTo(oldest) > 0;
    }

    /** Whether the person must be asked although everything has been allowed before. */
    boolean needsConsent() {
        return prompt.contains("consent");
    }

    /** What of it this resource owner may grant: administration only its administrators. */
    Scope grantableBy(ResourceOwner resourceOwner) throws OAuthException {
        Scope grantable = scope.only(token -> resourceOwner.isAdministrator() || !Scope.isAdministrative(token));
        if (grantable.isEmpty() && !scope.isEmpty()) {
            throw new OAuthException(INVALID_SCOPE, "nothing of the scope may be granted to this user");
        }
        return grantable;
    }
}

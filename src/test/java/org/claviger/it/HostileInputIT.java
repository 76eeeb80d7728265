package org.claviger.it;

import static org.claviger.it.Hostile.table;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.claviger.it.Hostile.Request;
import org.claviger.it.Hostile.Target;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Hostile} input for every endpoint; the set-up page, while it is open, has its own in {@link FirstAdministratorIT}. */
@ExtendWith(ClavigerExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class HostileInputIT {
    private static final String AUTHORIZE = "/api/v2/auth/authorize";
    private static final String SIGN_IN = "/api/v2/auth/signin";
    private static final String CONSENT = "/api/v2/auth/consent";
    private static final String SIGN_OUT = "/api/v2/auth/signout";
    private static final String PASSWORD = "/api/v2/auth/password";
    private static final String ACCOUNT = "/api/v2/auth/account";
    private static final String ACCOUNT_PASSWORD = "/api/v2/auth/account/password";
    private static final String SETUP = "/api/v2/auth/setup";
    private static final String TOKEN = "/api/v2/auth/token";
    private static final String REVOKE = "/api/v2/auth/revoke";
    private static final String INTROSPECT = "/api/v2/auth/introspect";
    private static final String REVOCATIONS = "/api/v2/auth/revocations";

    private final RunningClaviger claviger;
    private final Flow flow;

    private Map<String, String> authorization;
    private Map<String, String> signIn;
    private Map<String, String> consent;
    private Map<String, String> accountSignIn;
    private Map<String, String> account;
    private Map<String, String> accountPassword;
    private Map<String, String> password;
    private String session;
    private String formCookie;
    private int logBefore;

    HostileInputIT(RunningClaviger claviger, Flow flow) {
        this.claviger = claviger;
        this.flow = flow;
    }

    @BeforeAll
    void prepare() throws InterruptedException, IOException {
        logBefore = claviger.log().length();
        AuthorizationRequest request = flow.request("spa", Pkce.random())
                .with("response_mode", "query")
                .with("max_age", "36000")
                .with("login_hint", "alice")
                .with("prompt", "consent");
        authorization = Hostile.encoded(request.parameters());
        Browser alice = flow.browser("alice");
        alice.authorize(request.without("prompt"));
        consent = fields(alice.get(request.path()), "decision", "allow");
        session = "Cookie: " + alice.cookieHeader(claviger.at(AUTHORIZE));
        Browser stranger = new Browser(claviger, "nobody");
        // A password that is longer than any: nothing is hashed for it.
        signIn = fields(stranger.get(request.path()), "username", "nobody", "password", "x".repeat(1_001));
        accountSignIn = fields(stranger.get(ACCOUNT), "username", "nobody", "password", "x".repeat(1_001));
        // Of a sign-in that is not there: a right one would be gone at the first request.
        account = Hostile.encoded(table("form_token", "x", "action", "end-session", "id", "x".repeat(43)));
        // Shorter than any new one: the password of now is not looked at.
        accountPassword =
                fields(alice.get(ACCOUNT_PASSWORD), "current_password", "x", "password", "x", "password_again", "x");
        // Of another form, for wrong codes would slow down everybody here; PasswordPageTest has those.
        password = table("form_token", "x", "code", "x", "password", "x", "password_again", "x");
        formCookie = "Cookie: " + stranger.cookieHeader(claviger.at(SIGN_IN));
    }

    private static Map<String, String> fields(HttpResponse<String> page, String... more) {
        Map<String, String> fields = new LinkedHashMap<>(Browser.form(page).fields());
        fields.putAll(table(more));
        return Hostile.encoded(fields);
    }

    @AfterAll
    void the_log_has_no_fault() throws InterruptedException, IOException {
        Hostile.assertNoFault(claviger, logBefore);
    }

    private String authorizationOfService() {
        return "Authorization: " + claviger.basic("service");
    }

    private List<Target> targets() {
        Map<String, String> redemption = table(
                "grant_type",
                "authorization_code",
                "code",
                "x".repeat(43),
                "redirect_uri",
                "https%3A%2F%2Fweb-post.example.org%2Fcallback",
                "code_verifier",
                "x".repeat(43),
                "client_id",
                "web-post",
                "client_secret",
                "web-post-secret-of-at-least-32-characters");
        Map<String, String> refresh = table(
                "grant_type", "refresh_token", "refresh_token", "x.1.1.x", "scope", "profile", "client_id", "spa");
        Map<String, String> service = table("grant_type", "client_credentials", "scope", "demo");
        // Not a living one: it would have to be made anew for each request.
        Map<String, String> token = table("token", "x.1.1.x", "token_type_hint", "refresh_token");
        Map<String, String> follower = table("after", "x.1", "wait", "0", "clients", "x");
        String resourceServer = "Authorization: " + claviger.basic("elsewhere-server");
        // A token of another form: the right one would end the session at the first request.
        Map<String, String> signOut = table("form_token", consent.get("form_token"), "everywhere", "true");
        return List.of(
                new Target("GET authorize", "GET", AUTHORIZE, authorization, List.of(session)),
                new Target("POST authorize", "POST", AUTHORIZE, authorization, List.of(session)),
                new Target("sign-in", "POST", SIGN_IN, signIn, List.of(formCookie)),
                new Target("consent", "POST", CONSENT, consent, List.of(session)),
                new Target("sign-in to the account", "POST", SIGN_IN, accountSignIn, List.of(formCookie)),
                new Target("GET account", "GET", ACCOUNT, table("message", "gone"), List.of(session)),
                new Target("account", "POST", ACCOUNT, account, List.of(session)),
                new Target("account password", "POST", ACCOUNT_PASSWORD, accountPassword, List.of(session)),
                new Target("password", "POST", PASSWORD, password, List.of(formCookie)),
                new Target("sign-out", "POST", SIGN_OUT, signOut, List.of(session)),
                new Target("redeem", "POST", TOKEN, redemption, List.of()),
                new Target("refresh", "POST", TOKEN, refresh, List.of()),
                new Target("service", "POST", TOKEN, service, List.of(authorizationOfService())),
                new Target("revoke", "POST", REVOKE, token, List.of(authorizationOfService())),
                new Target("introspect", "POST", INTROSPECT, token, List.of(authorizationOfService())),
                new Target("revocation feed", "GET", REVOCATIONS, follower, List.of(resourceServer)));
    }

    // --- Every parameter ---

    Stream<Request> parameters() {
        return targets().stream().flatMap(Hostile::parameters).filter(request -> !isHashed(request));
    }

    /** Passwords that are: each would take its time. The longest are not. */
    private static boolean isHashed(Request request) {
        return request.what().matches("sign-in( to the account)?: password .*")
                && !request.refused()
                && !request.what().contains("missing")
                && !request.what().contains("6 kilobytes");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("parameters")
    void a_bad_parameter_is_a_bad_request_and_nothing_worse(Request request) throws InterruptedException, IOException {
        if (request.what().startsWith("redeem: client_secret ")) {
            // Who proves to know the secret is not slowed down for the bad one before.
            flow.token("web-post", "grant_type", "refresh_token");
        }
        Hostile.check(claviger, request);
    }

    // --- Every form as a whole ---

    Stream<Request> forms() {
        return targets().stream()
                .filter(target -> target.method().equals("POST"))
                .flatMap(Hostile::forms);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void a_bad_form_is_a_bad_request_and_nothing_worse(Request request) throws IOException {
        Hostile.check(claviger, request);
    }

    Stream<Request> queries() {
        Map<String, String> queries = table(
                "1,000 parameters",
                "a&".repeat(1_000),
                "5,000 parameters",
                Hostile.numbered("p%d=x"),
                "question marks",
                "????",
                "brackets",
                "a[]={}|^`\\",
                "a fragment",
                "a=b#<script>alert(1)</script>",
                "quotes and markup",
                "a=\"'<script>alert(1)</script>",
                "bytes that are no ASCII",
                "\u00ff\u00fe=\u00e9");
        Target target = new Target("GET authorize", "GET", AUTHORIZE, Map.of(), List.of(session));
        return queries.entrySet().stream().map(query -> target.request(query.getKey(), query.getValue(), true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("queries")
    void a_bad_query_is_a_bad_request_and_nothing_worse(Request request) throws IOException {
        Hostile.check(claviger, request);
    }

    // --- Every method and header ---

    Stream<Request> methods() {
        Stream<Request> noPages = Stream.of(SIGN_IN, CONSENT, TOKEN, REVOKE, INTROSPECT)
                .map(path -> new Request("GET " + path, "GET " + path, List.of(session), "", true));
        return Stream.concat(
                noPages,
                Stream.of(
                                AUTHORIZE,
                                SIGN_IN,
                                CONSENT,
                                SIGN_OUT,
                                PASSWORD,
                                ACCOUNT,
                                ACCOUNT_PASSWORD,
                                SETUP,
                                TOKEN,
                                REVOKE,
                                INTROSPECT)
                        .flatMap(Hostile::methods));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("methods")
    void a_method_that_is_not_meant_is_refused(Request request) throws IOException {
        Hostile.check(claviger, request);
    }

    Stream<Request> headers() {
        Stream<Target> others = Stream.of(
                        SIGN_OUT,
                        PASSWORD,
                        ACCOUNT_PASSWORD,
                        SETUP,
                        "/api/v2/auth/assets/claviger.css",
                        "/api/v2/auth/jwks",
                        "/.well-known/oauth-authorization-server/api/v2/auth",
                        "/api/v2/auth/admin/settings",
                        "/demo/api/user",
                        "/demo/servlet")
                .map(path -> new Target("GET " + path, "GET", path, Map.of(), List.of(session)));
        return Stream.concat(targets().stream(), others).flatMap(Hostile::headers);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("headers")
    void a_bad_header_is_a_bad_request_and_nothing_worse(Request request) throws IOException {
        Hostile.check(claviger, request);
    }
}

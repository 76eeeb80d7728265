package org.claviger.authorize;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.claviger.oauth.OAuthException;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;

/** The page on which a person signs in. */
public final class SignInForm {
    /** What its form token is for. */
    static final String PURPOSE = "sign-in";

    private static final String BODY =
            """
            %12$s<p>%1$s</p>
            %2$s<form method="post" action="signin">
            <input type="hidden" name="request" value="%3$s">
            <input type="hidden" name="form_token" value="%4$s">
            <label for="username">%5$s</label>
            <input id="username" name="username" value="%6$s" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="255" required%7$s%9$s>
            <label for="password">%8$s</label>
            <input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required%7$s%10$s>
            <button type="submit">%11$s</button>
            </form>
            """;

    private final Pages pages;
    private final Browser browser;

    public SignInForm(Pages pages, Browser browser) {
        this.pages = pages;
        this.browser = browser;
    }

    Pages pages() {
        return pages;
    }

    /** Shows it for an authorization request. */
    void show(
            HttpServletRequest request,
            HttpServletResponse response,
            ProvenRedirect redirect,
            String authorizationRequest,
            Optional<String> username)
            throws IOException {
        Destination destination = Destination.of(authorizationRequest, redirect);
        show(request, response, destination, username, Optional.empty(), "");
    }

    /**
     * Shows it to a person who wants to see the account.
     *
     * @param status the key of a text that says what has happened before; empty for none
     */
    public void showForAccount(HttpServletRequest request, HttpServletResponse response, String status)
            throws IOException {
        show(request, response, Destination.ACCOUNT, Optional.empty(), Optional.empty(), status);
    }

    /** Shows it again after an attempt that was refused. */
    void showAgain(
            HttpServletRequest request,
            HttpServletResponse response,
            Destination destination,
            String username,
            OAuthException refusal)
            throws IOException {
        show(request, response, destination, Optional.of(username), Optional.of(refusal), "");
    }

    private void show(
            HttpServletRequest request,
            HttpServletResponse response,
            Destination destination,
            Optional<String> username,
            Optional<OAuthException> refusal,
            String before)
            throws IOException {
        InLanguage language = pages.language(request);
        String error = refusal.map(refused ->
                        "<p role=\"alert\" id=\"error\">%s</p>%n".formatted(escape(message(language, refused))))
                .orElse("");
        String invalid = error.isEmpty() ? "" : " aria-invalid=\"true\" aria-describedby=\"error\"";
        boolean known = username.filter(name -> !name.isEmpty()).isPresent();
        String body = BODY.formatted(
                escape(destination
                        .redirect()
                        .map(redirect -> language.get(
                                "sign-in.purpose", redirect.client().name()))
                        .orElseGet(() -> language.get("sign-in.purpose-account"))),
                error,
                escape(destination.request()),
                escape(browser.formToken(request, response, PURPOSE, destination.request())),
                escape(language.get("sign-in.username")),
                escape(username.orElse("")),
                invalid,
                escape(language.get("sign-in.password")),
                known ? "" : " autofocus",
                known ? " autofocus" : "",
                escape(language.get("sign-in.submit")),
                before.isEmpty() ? "" : "<p role=\"status\">%s</p>%n".formatted(escape(language.get(before))));
        int status = refusal.map(refused -> refused.code().status()).orElse(HttpServletResponse.SC_OK);
        refusal.flatMap(OAuthException::retryAfter)
                .ifPresent(wait -> response.setHeader("Retry-After", Long.toString(wait.toSeconds())));
        String formTarget =
                destination.redirect().map(ProvenRedirect::formTarget).orElse("");
        pages.send(request, response, status, new Page(language, language.get("sign-in.title"), body, formTarget));
    }

    private static String message(InLanguage language, OAuthException refusal) {
        return switch (refusal.code()) {
            case SLOW_DOWN ->
                language.get(
                        "sign-in.throttled", refusal.retryAfter().orElseThrow().toSeconds());
            case TEMPORARILY_UNAVAILABLE ->
                refusal.retryAfter()
                        .map(moment -> language.get("sign-in.moment", moment.toSeconds()))
                        .orElseGet(() -> language.get("sign-in.busy"));
            case STORE_AWAY -> language.get("sign-in.away");
            default -> language.get("sign-in.wrong");
        };
    }
}

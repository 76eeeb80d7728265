package org.claviger.setup;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.claviger.authorize.Browser;
import org.claviger.identity.PasswordPolicy;
import org.claviger.oauth.OAuthException;
import org.claviger.page.FormPage;
import org.claviger.page.FormProblem;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;

/** The page on which somebody becomes the first administrator, by a code that only a file on the server tells. */
public final class SetupForm {
    /** What its form token is for, and how its texts are called. */
    private static final String PURPOSE = "setup";

    private final Pages pages;
    private final Browser browser;
    private final PasswordPolicy policy;

    public SetupForm(Pages pages, Browser browser, PasswordPolicy policy) {
        this.pages = pages;
        this.browser = browser;
        this.policy = policy;
    }

    PasswordPolicy policy() {
        return policy;
    }

    Pages pages() {
        return pages;
    }

    /** What was typed and is shown again; passwords are not. */
    record Typed(String code, String username) {}

    /** Shows the form, again where there was a problem. */
    void show(
            HttpServletRequest request,
            HttpServletResponse response,
            Typed typed,
            Optional<FormProblem> problem,
            Optional<Duration> retryAfter)
            throws IOException {
        String formToken = browser.formToken(request, response, PURPOSE, "");
        new FormPage(pages.language(request), problem, retryAfter)
                .code(typed.code)
                .username(typed.username)
                .newPassword(policy.minLength())
                .send(pages, request, response, PURPOSE, "setup", formToken);
    }

    /** Refuses a form that was not shown to this browser. */
    void prove(HttpServletRequest request, String formToken) throws OAuthException {
        browser.proveForm(request, PURPOSE, "", formToken);
    }

    /** Says that it is done. */
    void showDone(HttpServletRequest request, HttpServletResponse response, String username) throws IOException {
        InLanguage language = pages.language(request);
        String body = "<p role=\"status\">" + escape(language.get("setup.done", username)) + "</p>";
        pages.send(response, HttpServletResponse.SC_OK, new Page(language, language.get("setup.done-title"), body, ""));
    }

    /** Says that there is nothing to set up, or that the time for it is over: the same words for both. */
    void showClosed(HttpServletRequest request, HttpServletResponse response) throws IOException {
        InLanguage language = pages.language(request);
        String body = "<p>" + escape(language.get("setup.closed")) + "</p>";
        pages.send(
                response,
                HttpServletResponse.SC_NOT_FOUND,
                new Page(language, language.get("setup.closed-title"), body, ""));
    }
}

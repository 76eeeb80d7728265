package org.claviger.authorize;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.claviger.identity.PasswordPolicy;
import org.claviger.oauth.OAuthException;
import org.claviger.page.FormPage;
import org.claviger.page.FormProblem;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;

/** The page on which a person chooses a password by a one-time code. */
public final class PasswordForm {
    /** What its form token is for, and how its texts are called. */
    private static final String PURPOSE = "password";

    private final Pages pages;
    private final Browser browser;
    private final PasswordPolicy policy;

    public PasswordForm(Pages pages, Browser browser, PasswordPolicy policy) {
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

    /** Shows the form, again where there was a problem, with the code that was typed. */
    void show(
            HttpServletRequest request,
            HttpServletResponse response,
            String code,
            Optional<FormProblem> problem,
            Optional<Duration> retryAfter)
            throws IOException {
        String formToken = browser.formToken(request, response, PURPOSE, "");
        new FormPage(pages.language(request), problem, retryAfter)
                .code(code)
                .newPassword(policy.minLength())
                .send(pages, request, response, PURPOSE, "password", formToken);
    }

    /** Refuses a form that was not shown to this browser. */
    void prove(HttpServletRequest request, String formToken) throws OAuthException {
        browser.proveForm(request, PURPOSE, "", formToken);
    }

    /** Says that it is done. */
    void showDone(HttpServletRequest request, HttpServletResponse response) throws IOException {
        InLanguage language = pages.language(request);
        String body = "<p role=\"status\">" + escape(language.get("password.done")) + "</p>";
        pages.send(
                response, HttpServletResponse.SC_OK, new Page(language, language.get("password.done-title"), body, ""));
    }
}

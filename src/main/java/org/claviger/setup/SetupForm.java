package org.claviger.setup;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.claviger.authorize.Browser;
import org.claviger.oauth.OAuthException;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;

/** The page on which somebody becomes the first administrator, by a code that only a file on the server tells. */
public final class SetupForm {
    /** What its form token is for. */
    private static final String PURPOSE = "setup";

    private static final String BODY =
            """
            <p>%1$s</p>
            %2$s<form method="post" action="setup">
            <input type="hidden" name="form_token" value="%3$s">
            <label for="code">%4$s</label>
            <input id="code" name="code" value="%5$s" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="255" required%6$s>
            <label for="username">%7$s</label>
            <input id="username" name="username" value="%8$s" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="255" required%9$s>
            <label for="password">%10$s</label>
            <input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="1000" required%11$s>
            <label for="password_again">%12$s</label>
            <input id="password_again" name="password_again" type="password" autocomplete="new-password" minlength="12" maxlength="1000" required%13$s>
            <button type="submit">%14$s</button>
            </form>
            """;

    private final Pages pages;
    private final Browser browser;

    public SetupForm(Pages pages, Browser browser) {
        this.pages = pages;
        this.browser = browser;
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
            Optional<SetupProblem> problem,
            Optional<Duration> retryAfter)
            throws IOException {
        InLanguage language = pages.language(request);
        String error = problem.map(found -> "<p role=\"alert\" id=\"error\">%s</p>%n"
                        .formatted(escape(language.get(
                                found.text(),
                                retryAfter.map(Duration::toSeconds).orElse(0L)))))
                .orElse("");
        String body = BODY.formatted(
                escape(language.get("setup.purpose")),
                error,
                escape(browser.formToken(request, response, PURPOSE, "")),
                escape(language.get("setup.code")),
                escape(typed.code),
                attributes("code", problem),
                escape(language.get("sign-in.username")),
                escape(typed.username),
                attributes("username", problem),
                escape(language.get("setup.password")),
                attributes("password", problem),
                escape(language.get("setup.password-again")),
                attributes("password_again", problem),
                escape(language.get("setup.submit")));
        retryAfter.ifPresent(wait -> response.setHeader("Retry-After", Long.toString(wait.toSeconds())));
        int status = problem.map(SetupProblem::status).orElse(HttpServletResponse.SC_OK);
        pages.send(response, status, new Page(language, language.get("setup.title"), body, ""));
    }

    /** The field to go to first says what is wrong with it. */
    private static String attributes(String field, Optional<SetupProblem> problem) {
        if (problem.isPresent()) {
            return problem.get().field().equals(field)
                    ? " autofocus aria-invalid=\"true\" aria-describedby=\"error\""
                    : "";
        }
        return field.equals("code") ? " autofocus" : "";
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

package org.claviger.authorize;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;

/** The page on which a person chooses a password by a one-time code. */
public final class PasswordForm {
    /** What its form token is for. */
    private static final String PURPOSE = "password";

    private static final String BODY =
            """
            <p>%1$s</p>
            %2$s<form method="post" action="password">
            <input type="hidden" name="form_token" value="%3$s">
            <label for="code">%4$s</label>
            <input id="code" name="code" value="%5$s" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="255" required%6$s>
            <label for="password">%7$s</label>
            <input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="1000" required%8$s>
            <label for="password_again">%9$s</label>
            <input id="password_again" name="password_again" type="password" autocomplete="new-password" minlength="12" maxlength="1000" required%10$s>
            <button type="submit">%11$s</button>
            </form>
            """;

    private final Pages pages;
    private final Browser browser;

    public PasswordForm(Pages pages, Browser browser) {
        this.pages = pages;
        this.browser = browser;
    }

    Pages pages() {
        return pages;
    }

    /** What stands in the way of another password. */
    enum Problem {
        THROTTLED(ErrorCode.SLOW_DOWN, "sign-in.throttled", "code"),
        WRONG_CODE(ErrorCode.ACCESS_DENIED, "setup.wrong-code", "code"),
        BAD_PASSWORD(ErrorCode.INVALID_REQUEST, "setup.bad-password", "password"),
        PASSWORDS_DIFFER(ErrorCode.INVALID_REQUEST, "setup.passwords-differ", "password_again");

        private final ErrorCode code;
        private final String text;
        private final String field;

        Problem(ErrorCode code, String text, String field) {
            this.code = code;
            this.text = text;
            this.field = field;
        }
    }

    /** Shows the form, again where there was a problem, with the code that was typed. */
    void show(
            HttpServletRequest request,
            HttpServletResponse response,
            String code,
            Optional<Problem> problem,
            Optional<Duration> retryAfter)
            throws IOException {
        InLanguage language = pages.language(request);
        String error = problem.map(found -> "<p role=\"alert\" id=\"error\">%s</p>%n"
                        .formatted(escape(language.get(
                                found.text, retryAfter.map(Duration::toSeconds).orElse(0L)))))
                .orElse("");
        String body = BODY.formatted(
                escape(language.get("password.purpose")),
                error,
                escape(browser.formToken(request, response, PURPOSE, "")),
                escape(language.get("setup.code")),
                escape(code),
                attributes("code", problem),
                escape(language.get("setup.password")),
                attributes("password", problem),
                escape(language.get("setup.password-again")),
                attributes("password_again", problem),
                escape(language.get("password.submit")));
        retryAfter.ifPresent(wait -> response.setHeader("Retry-After", Long.toString(wait.toSeconds())));
        int status = problem.map(found -> found.code.status()).orElse(HttpServletResponse.SC_OK);
        pages.send(response, status, new Page(language, language.get("password.title"), body, ""));
    }

    /** The field to go to first says what is wrong with it. */
    private static String attributes(String field, Optional<Problem> problem) {
        if (problem.isPresent()) {
            return problem.get().field.equals(field)
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
    void showDone(HttpServletRequest request, HttpServletResponse response) throws IOException {
        InLanguage language = pages.language(request);
        String body = "<p role=\"status\">" + escape(language.get("password.done")) + "</p>";
        pages.send(
                response, HttpServletResponse.SC_OK, new Page(language, language.get("password.done-title"), body, ""));
    }
}

package org.claviger.page;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.claviger.page.Texts.InLanguage;

/** A page with a form of a few fields. What is wrong with what was sent is said at the field to go to first. */
public final class FormPage {
    private static final String NAME = "autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"255\"";
    private static final String NEW_PASSWORD =
            "type=\"password\" autocomplete=\"new-password\" minlength=\"%d\" maxlength=\"1000\"";

    private final InLanguage language;
    private final Optional<FormProblem> problem;
    private final Optional<Duration> retryAfter;
    private final StringBuilder fields = new StringBuilder();
    private int minLength;

    /**
     * A page without a field.
     *
     * @param problem with what was sent before, if something was
     * @param retryAfter when it will be looked at again, if it was not
     */
    public FormPage(InLanguage language, Optional<FormProblem> problem, Optional<Duration> retryAfter) {
        this.language = language;
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    /** A field for a one-time code. */
    public FormPage code(String typed) {
        return field("code", "setup.code", "value=\"" + escape(typed) + "\" autocomplete=\"off\" " + NAME);
    }

    public FormPage username(String typed) {
        return field(
                "username", "sign-in.username", "value=\"" + escape(typed) + "\" autocomplete=\"username\" " + NAME);
    }

    public FormPage currentPassword() {
        return field(
                "current_password",
                "account.current-password",
                "type=\"password\" autocomplete=\"current-password\" maxlength=\"1000\"");
    }

    /**
     * Two fields for a password that is to be, so that whoever mistypes it notices.
     *
     * @param least so many characters it has at least
     */
    public FormPage newPassword(int least) {
        minLength = least;
        String attributes = NEW_PASSWORD.formatted(least);
        return field("password", "setup.password", attributes)
                .field("password_again", "setup.password-again", attributes);
    }

    private FormPage field(String name, String label, String attributes) {
        boolean first = fields.isEmpty();
        boolean wrong = problem.filter(found -> found.isAbout(name, first)).isPresent();
        String state = wrong ? " autofocus aria-invalid=\"true\" aria-describedby=\"error\"" : "";
        fields.append("<label for=\"%1$s\">%2$s</label>%n<input id=\"%1$s\" name=\"%1$s\" %3$s required%4$s>%n"
                .formatted(
                        name,
                        escape(language.get(label, minLength)),
                        attributes,
                        first && problem.isEmpty() ? " autofocus" : state));
        return this;
    }

    /**
     * Sends it, as 200 or with the status of the problem.
     *
     * @param name of its texts: title, purpose and submit
     * @param action where the form goes, from its own address
     */
    public void send(
            Pages pages,
            HttpServletRequest request,
            HttpServletResponse response,
            String name,
            String action,
            String formToken)
            throws IOException {
        String error = problem.map(found -> "<p role=\"alert\" id=\"error\">%s</p>%n"
                        .formatted(escape(language.get(
                                found.text(),
                                found == FormProblem.PASSWORD_TOO_SHORT
                                        ? minLength
                                        : retryAfter.map(Duration::toSeconds).orElse(0L)))))
                .orElse("");
        String body =
                """
                <p>%s</p>
                %s<form method="post" action="%s">
                <input type="hidden" name="form_token" value="%s">
                %s<button type="submit">%s</button>
                </form>
                """
                        .formatted(
                                escape(language.get(name + ".purpose")),
                                error,
                                action,
                                escape(formToken),
                                fields,
                                escape(language.get(name + ".submit")));
        retryAfter.ifPresent(wait -> response.setHeader("Retry-After", Long.toString(wait.toSeconds())));
        int status = problem.map(FormProblem::status).orElse(HttpServletResponse.SC_OK);
        pages.send(request, response, status, new Page(language, language.get(name + ".title"), body));
    }
}

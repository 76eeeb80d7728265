package org.claviger.authorize;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.http.Requests;
import org.claviger.identity.PasswordResets;
import org.claviger.identity.ResourceOwner;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.page.FormProblem;
import org.claviger.page.PageEndpoint;
import org.claviger.throttle.Throttle;
import org.claviger.throttle.Throttle.Attempt;

/**
 * Gives whoever knows a one-time code the password that they choose. The code is typed or pasted into a form, so it stands in no
 * address, no log and no {@code Referer}; the page is the same for everybody.
 */
public final class PasswordEndpoint extends PageEndpoint {
    private final PasswordResets resets;
    private final Throttle throttle;
    private final PasswordForm form;

    public PasswordEndpoint(PasswordResets resets, Throttle throttle, PasswordForm form) {
        super(form.pages());
        this.resets = resets;
        this.throttle = throttle;
        this.form = form;
    }

    @Override
    protected String allowedMethods() {
        return "GET, POST";
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        if (request.getMethod().equals("GET")) {
            form.show(request, response, "", Optional.empty(), Optional.empty());
            return;
        }
        Parameters fields = Requests.form(request);
        fields.refuseRepeated();
        form.prove(request, fields.require("form_token"));
        String code = fields.find("code").orElse("").strip();
        Attempt attempt =
                new Attempt(Throttle.Kind.RESET, "", pages().caller(request).address());
        try {
            throttle.check(attempt);
        } catch (OAuthException tooEarly) {
            showAgain(request, response, code, FormProblem.THROTTLED, tooEarly.retryAfter());
            return;
        }
        take(request, response, attempt, fields, code);
    }

    /** Nothing is said about the password before the code is proven. */
    private void take(
            HttpServletRequest request, HttpServletResponse response, Attempt attempt, Parameters fields, String code)
            throws OAuthException, IOException {
        Optional<ResourceOwner> owner = resets.find(code);
        if (owner.isEmpty()) {
            throttle.failed(attempt);
            showAgain(request, response, code, FormProblem.WRONG_CODE, Optional.empty());
            return;
        }
        throttle.succeeded(attempt);
        ChosenPassword chosen = ChosenPassword.of(fields);
        Optional<FormProblem> problem = chosen.problem(form.policy(), owner.get());
        if (problem.isPresent()) {
            showAgain(request, response, code, problem.get(), Optional.empty());
        } else {
            redeem(request, response, code, chosen);
        }
    }

    private void redeem(HttpServletRequest request, HttpServletResponse response, String code, ChosenPassword chosen)
            throws IOException {
        Optional<Subject> subject;
        try {
            subject = resets.redeem(code, chosen.password());
        } catch (OAuthException busy) {
            showAgain(request, response, code, FormProblem.BUSY, busy.retryAfter());
            return;
        }
        if (subject.isEmpty()) { // by somebody else, at this moment
            showAgain(request, response, code, FormProblem.WRONG_CODE, Optional.empty());
            return;
        }
        form.showDone(request, response);
    }

    private void showAgain(
            HttpServletRequest request,
            HttpServletResponse response,
            String code,
            FormProblem problem,
            Optional<Duration> retryAfter)
            throws IOException {
        Audit.record(
                AuditEvent.PASSWORD_REFUSED,
                Map.of("reason", problem, "address", pages().caller(request).address()));
        form.show(request, response, code, Optional.of(problem), retryAfter);
    }
}

package org.claviger.setup;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.authorize.ChosenPassword;
import org.claviger.http.Requests;
import org.claviger.identity.NewResourceOwner;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.page.FormProblem;
import org.claviger.page.PageEndpoint;
import org.claviger.setup.SetupForm.Typed;
import org.claviger.throttle.Throttle;
import org.claviger.throttle.Throttle.Attempt;

/**
 * Makes whoever knows the one-time code the first administrator. The code is typed or pasted into a form, so it stands in no
 * address, no log and no {@code Referer}. 404 as soon as there is an administrator, or no code that is good.
 */
public final class SetupEndpoint extends PageEndpoint {
    private final FirstAdministrator firstAdministrator;
    private final Throttle throttle;
    private final SetupForm form;

    public SetupEndpoint(FirstAdministrator firstAdministrator, Throttle throttle, SetupForm form) {
        super(form.pages());
        this.firstAdministrator = firstAdministrator;
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
        if (!firstAdministrator.isOpen()) {
            form.showClosed(request, response);
        } else if (request.getMethod().equals("GET")) {
            form.show(request, response, new Typed("", ""), Optional.empty(), Optional.empty());
        } else {
            take(request, response);
        }
    }

    private void take(HttpServletRequest request, HttpServletResponse response) throws OAuthException, IOException {
        Parameters fields = Requests.form(request);
        fields.refuseRepeated();
        form.prove(request, fields.require("form_token"));
        Typed typed = new Typed(
                fields.find("code").orElse("").strip(), fields.find("username").orElse(""));
        Attempt attempt =
                new Attempt(Throttle.Kind.SETUP, "", pages().caller(request).address());
        try {
            throttle.check(attempt);
        } catch (OAuthException tooEarly) {
            showAgain(request, response, typed, FormProblem.THROTTLED, tooEarly.retryAfter());
            return;
        }
        Optional<FormProblem> problem = become(attempt, typed, fields);
        if (problem.isPresent()) {
            showAgain(request, response, typed, problem.get(), Optional.empty());
            return;
        }
        form.showDone(request, response, typed.username());
    }

    /** Nothing is said about anything else before the code is proven. */
    private Optional<FormProblem> become(Attempt attempt, Typed typed, Parameters fields) throws OAuthException {
        if (!firstAdministrator.isCode(typed.code())) {
            throttle.failed(attempt);
            return Optional.of(FormProblem.WRONG_CODE);
        }
        throttle.succeeded(attempt);
        if (!NewResourceOwner.isUsername(typed.username())) {
            return Optional.of(FormProblem.BAD_USERNAME);
        }
        if (!firstAdministrator.isFree(typed.username())) {
            return Optional.of(FormProblem.NAME_TAKEN);
        }
        ChosenPassword chosen = ChosenPassword.of(fields);
        Optional<FormProblem> problem = chosen.problem(form.policy(), typed.username());
        if (problem.isPresent()) {
            return problem;
        }
        return switch (firstAdministrator.redeem(typed.code(), typed.username(), chosen.value())) {
            case DONE -> Optional.empty();
            case CODE_REFUSED -> Optional.of(FormProblem.WRONG_CODE);
            case NAME_TAKEN -> Optional.of(FormProblem.NAME_TAKEN);
        };
    }

    private void showAgain(
            HttpServletRequest request,
            HttpServletResponse response,
            Typed typed,
            FormProblem problem,
            Optional<Duration> retryAfter)
            throws IOException {
        Audit.record(
                AuditEvent.SETUP_REFUSED,
                Map.of("reason", problem, "address", pages().caller(request).address()));
        form.show(request, response, typed, Optional.of(problem), retryAfter);
    }
}

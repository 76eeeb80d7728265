package org.claviger.setup;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.http.Requests;
import org.claviger.identity.NewResourceOwner;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
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
            showAgain(request, response, typed, SetupProblem.THROTTLED, tooEarly.retryAfter());
            return;
        }
        Optional<SetupProblem> problem = become(attempt, typed, fields);
        if (problem.isPresent()) {
            showAgain(request, response, typed, problem.get(), Optional.empty());
            return;
        }
        Audit.record(AuditEvent.ADMINISTRATOR_CREATED, Map.of("name", typed.username(), "by", "the code"));
        form.showDone(request, response, typed.username());
    }

    /** Nothing is said about anything else before the code is proven. */
    private Optional<SetupProblem> become(Attempt attempt, Typed typed, Parameters fields) throws OAuthException {
        if (!firstAdministrator.isCode(typed.code())) {
            throttle.failed(attempt);
            return Optional.of(SetupProblem.WRONG_CODE);
        }
        throttle.succeeded(attempt);
        String password = fields.find("password").orElse("");
        if (!NewResourceOwner.isUsername(typed.username())) {
            return Optional.of(SetupProblem.BAD_USERNAME);
        }
        if (!firstAdministrator.isFree(typed.username())) {
            return Optional.of(SetupProblem.NAME_TAKEN);
        }
        if (!NewResourceOwner.isPassword(password)) {
            return Optional.of(SetupProblem.BAD_PASSWORD);
        }
        if (!password.equals(fields.find("password_again").orElse(""))) {
            return Optional.of(SetupProblem.PASSWORDS_DIFFER);
        }
        return switch (firstAdministrator.redeem(typed.code(), typed.username(), password)) {
            case DONE -> Optional.empty();
            case CODE_REFUSED -> Optional.of(SetupProblem.WRONG_CODE);
            case NAME_TAKEN -> Optional.of(SetupProblem.NAME_TAKEN);
        };
    }

    private void showAgain(
            HttpServletRequest request,
            HttpServletResponse response,
            Typed typed,
            SetupProblem problem,
            Optional<Duration> retryAfter)
            throws IOException {
        Audit.record(
                AuditEvent.SETUP_REFUSED,
                Map.of("reason", problem, "address", pages().caller(request).address()));
        form.show(request, response, typed, Optional.of(problem), retryAfter);
    }
}

package org.claviger.account;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.authorize.Authentication;
import org.claviger.authorize.Browser;
import org.claviger.authorize.ChosenPassword;
import org.claviger.http.Requests;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.ResourceOwner;
import org.claviger.identity.SignInSession;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.page.FormPage;
import org.claviger.page.FormProblem;
import org.claviger.page.PageEndpoint;
import org.claviger.page.Pages;

/**
 * Gives a person who is signed in another password. Whoever sits down at a browser that somebody has left cannot: it takes the password
 * of now (ASVS 6.2.3), which is as hard to guess here as at the sign-in. Everything that came from sign-ins so far ends, this session
 * too; nothing new could be told from it for a moment, so the person is asked to sign in with the new password.
 */
public final class PasswordChangeEndpoint extends PageEndpoint {
    private static final String TEXTS = "account.password";

    private final Browser browser;
    private final Authentication authentication;
    private final SignInSessions sessions;
    private final PasswordPolicy policy;

    public PasswordChangeEndpoint(
            Pages pages,
            Browser browser,
            Authentication authentication,
            SignInSessions sessions,
            PasswordPolicy policy) {
        super(pages);
        this.browser = browser;
        this.authentication = authentication;
        this.sessions = sessions;
        this.policy = policy;
    }

    @Override
    protected String allowedMethods() {
        return "GET, POST";
    }

    private static String purpose(Subject subject) {
        return "account password " + subject;
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        boolean asks = request.getMethod().equals("GET");
        Parameters fields = asks ? Requests.query(request) : Requests.form(request);
        fields.refuseRepeated();
        String formToken = asks ? "" : fields.require("form_token");
        Optional<SignInSession> session = browser.session(request);
        // Whose password is kept elsewhere is told so there.
        if (session.filter(found -> found.resourceOwner().store().isEmpty()).isEmpty()) {
            browser.goTo(response, AccountEndpoint.PATH);
            return;
        }
        ResourceOwner owner = session.get().resourceOwner();
        if (asks) {
            show(request, response, owner, Optional.empty(), Optional.empty());
            return;
        }
        browser.proveForm(request, purpose(owner.subject()), "", formToken);
        change(request, response, owner, fields);
    }

    /** What is wrong with the new password is said first: it costs nothing, and tells nothing of the one of now. */
    private void change(
            HttpServletRequest request, HttpServletResponse response, ResourceOwner owner, Parameters fields)
            throws OAuthException, IOException {
        ChosenPassword chosen = ChosenPassword.of(fields);
        Optional<FormProblem> problem = chosen.problem(policy, owner);
        if (problem.isPresent()) {
            showAgain(request, response, owner, problem.get(), Optional.empty());
            return;
        }
        String address = pages().caller(request).address();
        boolean changed;
        try {
            authentication.prove(owner, fields.find("current_password").orElse(""), address);
            changed = sessions.changePassword(owner.subject(), browser.sessionName(request), chosen.password());
        } catch (OAuthException refusal) {
            showAgain(request, response, owner, problem(refusal), refusal.retryAfter());
            return;
        }
        if (!changed) {
            browser.goTo(response, AccountEndpoint.PATH); // somebody was faster, and has ended this session
            return;
        }
        browser.signOut(request, response, owner.subject());
        browser.goTo(response, Message.PASSWORD_CHANGED.path());
    }

    private static FormProblem problem(OAuthException refusal) {
        return switch (refusal.code()) {
            case SLOW_DOWN -> FormProblem.THROTTLED;
            case TEMPORARILY_UNAVAILABLE -> FormProblem.BUSY;
            default -> FormProblem.WRONG_PASSWORD;
        };
    }

    private void showAgain(
            HttpServletRequest request,
            HttpServletResponse response,
            ResourceOwner owner,
            FormProblem problem,
            Optional<Duration> retryAfter)
            throws IOException {
        Audit.record(
                AuditEvent.PASSWORD_REFUSED,
                Map.of(
                        "reason",
                        problem,
                        "subject",
                        owner.subject(),
                        "address",
                        pages().caller(request).address()));
        show(request, response, owner, Optional.of(problem), retryAfter);
    }

    private void show(
            HttpServletRequest request,
            HttpServletResponse response,
            ResourceOwner owner,
            Optional<FormProblem> problem,
            Optional<Duration> retryAfter)
            throws IOException {
        String formToken = browser.formToken(request, response, purpose(owner.subject()), "");
        new FormPage(pages().language(request), problem, retryAfter)
                .currentPassword()
                .newPassword(policy.minLength())
                .send(pages(), request, response, TEXTS, "password", formToken);
    }
}

package org.claviger.account;

import static org.claviger.oauth.ErrorCode.INVALID_REQUEST;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.claviger.authorize.Browser;
import org.claviger.authorize.Consents;
import org.claviger.authorize.SignInForm;
import org.claviger.http.Requests;
import org.claviger.identity.SignInSession;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.page.PageEndpoint;
import org.claviger.page.Pages;
import org.claviger.refresh.TokenFamilies;

/**
 * Shows people what there is of theirs ({@code GET}), and ends one thing of it ({@code POST}). The form of each thing has a token of
 * its own, which is good for this thing, this person and this browser; and what is ended is looked for among this person's.
 */
public final class AccountEndpoint extends PageEndpoint {
    static final String PATH = "/account";

    private final Browser browser;
    private final SignInForm signInForm;
    private final AccountPage page;
    private final SignInSessions sessions;
    private final TokenFamilies families;
    private final Consents consents;

    public AccountEndpoint(
            Pages pages,
            Browser browser,
            SignInForm signInForm,
            AccountPage page,
            SignInSessions sessions,
            TokenFamilies families,
            Consents consents) {
        super(pages);
        this.browser = browser;
        this.signInForm = signInForm;
        this.page = page;
        this.sessions = sessions;
        this.families = families;
        this.consents = consents;
    }

    @Override
    protected String allowedMethods() {
        return "GET, POST";
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        if (request.getMethod().equals("GET")) {
            show(request, response);
            return;
        }
        Parameters fields = Requests.form(request);
        fields.refuseRepeated();
        String formToken = fields.require("form_token");
        Optional<SignInSession> session = browser.session(request);
        if (session.isEmpty()) { // any more, or in this browser: the person signs in, and sees what there is
            browser.goTo(response, PATH);
            return;
        }
        Subject subject = session.get().resourceOwner().subject();
        String action = fields.require("action");
        String id = fields.find("id").orElse("");
        browser.proveForm(request, AccountPage.purpose(subject), AccountPage.content(action, id), formToken);
        browser.goTo(
                response, end(subject, action, id, browser.sessionName(request)).path());
    }

    private void show(HttpServletRequest request, HttpServletResponse response) throws OAuthException, IOException {
        Optional<Message> message = Requests.query(request).find("message").flatMap(Message::find);
        Optional<SignInSession> session = browser.session(request);
        if (session.isPresent()) {
            page.show(request, response, session.get().resourceOwner(), message.filter(this::isForWhoIsSignedIn));
        } else {
            signInForm.showForAccount(
                    request,
                    response,
                    message.filter(found -> !isForWhoIsSignedIn(found))
                            .map(Message::text)
                            .orElse(""));
        }
    }

    private boolean isForWhoIsSignedIn(Message message) {
        return message != Message.PASSWORD_CHANGED;
    }

    private Message end(Subject subject, String action, String id, String here) throws OAuthException {
        return switch (action) {
            case AccountPage.END_SESSION -> endSession(subject, id);
            case AccountPage.END_OTHERS -> endOthers(subject, here);
            case AccountPage.END_FAMILY -> endFamily(subject, new FamilyId(id));
            case AccountPage.WITHDRAW -> withdraw(subject, new ClientId(id));
            default -> throw new OAuthException(INVALID_REQUEST, "there is no such action");
        };
    }

    private Message endSession(Subject subject, String name) {
        if (!sessions.endNamed(subject, name)) {
            return Message.GONE;
        }
        return Message.SESSION_ENDED;
    }

    private Message endOthers(Subject subject, String here) {
        sessions.endOthers(subject, here);
        return Message.OTHERS_ENDED;
    }

    private Message endFamily(Subject subject, FamilyId family) {
        if (!families.end(family, subject, "ended by the user")) {
            return Message.GONE;
        }
        return Message.FAMILY_ENDED;
    }

    /** The client is asked for again before it gets anything new; then what it has ends, as by signing out everywhere. */
    private Message withdraw(Subject subject, ClientId client) {
        if (!families.endAll(subject, client, "consent withdrawn", consents.withdrawal(subject, client))) {
            return Message.GONE;
        }
        return Message.CONSENT_WITHDRAWN;
    }
}

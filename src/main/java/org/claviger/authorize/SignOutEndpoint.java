package org.claviger.authorize;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.claviger.http.Requests;
import org.claviger.identity.SignInSession;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.page.Page;
import org.claviger.page.PageEndpoint;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;

/** Asks whether to sign out ({@code GET}), and does it ({@code POST}): this session, or everything of this person everywhere. */
public final class SignOutEndpoint extends PageEndpoint {
    /** What its form token is for; its content is the subject. */
    public static final String PURPOSE = "sign-out";

    private static final String BODY =
            """
            <p>%1$s</p>
            <form method="post" action="signout">
            <input type="hidden" name="form_token" value="%2$s">
            <label class="choice"><input type="checkbox" name="everywhere" value="true"> %3$s</label>
            <button type="submit">%4$s</button>
            </form>
            """;

    private final Browser browser;
    private final SignInSessions sessions;
    private final Consents consents;

    public SignOutEndpoint(Pages pages, Browser browser, SignInSessions sessions, Consents consents) {
        super(pages);
        this.browser = browser;
        this.sessions = sessions;
        this.consents = consents;
    }

    @Override
    protected String allowedMethods() {
        return "GET, POST";
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        Optional<SignInSession> session = browser.session(request);
        if (session.isEmpty()) {
            show(request, response, "sign-out.done");
            return;
        }
        Subject subject = session.get().resourceOwner().subject();
        if (request.getMethod().equals("GET")) {
            ask(request, response, session.get());
            return;
        }
        Parameters fields = Requests.form(request);
        fields.refuseRepeated();
        browser.proveForm(request, PURPOSE, subject.value(), fields.require("form_token"));
        boolean everywhere = fields.find("everywhere").isPresent();
        if (everywhere) {
            sessions.signOutEverywhere(subject, consents.withdrawal(subject));
        }
        browser.signOut(request, response, subject);
        show(request, response, everywhere ? "sign-out.done-everywhere" : "sign-out.done");
    }

    private void ask(HttpServletRequest request, HttpServletResponse response, SignInSession session)
            throws IOException {
        InLanguage language = pages().language(request);
        String subject = session.resourceOwner().subject().value();
        String body = BODY.formatted(
                escape(language.get("sign-out.question", session.resourceOwner().username())),
                escape(browser.formToken(request, response, PURPOSE, subject)),
                escape(language.get("sign-out.everywhere")),
                escape(language.get("sign-out.submit")));
        pages().send(response, HttpServletResponse.SC_OK, new Page(language, language.get("sign-out.title"), body, ""));
    }

    private void show(HttpServletRequest request, HttpServletResponse response, String text) throws IOException {
        InLanguage language = pages().language(request);
        String body = "<p role=\"status\">" + escape(language.get(text)) + "</p>";
        pages().send(
                        response,
                        HttpServletResponse.SC_OK,
                        new Page(language, language.get("sign-out.done-title"), body, ""));
    }
}

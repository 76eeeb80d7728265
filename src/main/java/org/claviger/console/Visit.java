package org.claviger.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.claviger.console.ConsoleSession.Administrator;
import org.claviger.http.Requests;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.page.Texts.InLanguage;

/** One request to the console: who sent it, in which language, and how it is answered. */
final class Visit {
    /** What a page may be asked to say, beside itself: fixed words, so that no link puts others on it. */
    private static final Set<String> DONE = Set.of(
            "created",
            "changed",
            "unchanged",
            "disabled",
            "enabled",
            "deleted",
            "ended",
            "rotated",
            "retired",
            "compromised");

    /** Where the form goes by which an administrator leaves. */
    static final String SIGN_OUT = "sign-out";

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Frame frame;
    private final Administrator administrator;
    private final String page;
    private final Parameters query;
    private final InLanguage texts;

    Visit(
            HttpServletRequest request,
            HttpServletResponse response,
            Frame frame,
            Administrator administrator,
            String page)
            throws OAuthException {
        this.request = request;
        this.response = response;
        this.frame = frame;
        this.administrator = administrator;
        this.page = page;
        this.query = Requests.query(request);
        query.refuseRepeated();
        this.texts = frame.pages().language(request);
    }

    Administrator administrator() {
        return administrator;
    }

    boolean mayChange() {
        return administrator.mayChange();
    }

    /** Refuses what only leads to a change to who may only look. */
    void requireChange() throws OAuthException {
        if (!mayChange()) {
            throw new OAuthException(ErrorCode.ACCESS_DENIED, "who may only look changes nothing");
        }
    }

    InLanguage texts() {
        return texts;
    }

    String text(String key, Object... arguments) {
        return texts.get(key, arguments);
    }

    /** A parameter of the query; empty where there is none. */
    String asked(String name) throws OAuthException {
        return query.find(name).orElse("");
    }

    /** The token for a form that is sent to this page of the console. */
    String formToken(String target) {
        return frame.browser().formToken(request, response, purpose(target), administrator.sessionId());
    }

    void proveForm(Posted posted) throws OAuthException {
        frame.browser().proveForm(request, purpose(page), administrator.sessionId(), posted.text("form_token"));
    }

    private static String purpose(String page) {
        return "console/" + page;
    }

    void send(String title, Html body) throws IOException, OAuthException {
        Html message = new Html();
        Optional<String> done = query.find("done").filter(DONE::contains);
        if (done.isPresent() && request.getMethod().equals("GET")) {
            message.element("p", text("console.done." + done.get()), "role", "status", "class", "done");
        }
        send(HttpServletResponse.SC_OK, title, message.add(body));
    }

    void send(int status, String title, Html body) throws IOException {
        frame.send(response, status, texts, page, who(), title, body);
    }

    private Html who() {
        return new Html()
                .open("section", "aria-label", text("console.session"))
                .open("form", "method", "post", "action", SIGN_OUT)
                .open("div", "class", "who")
                .open("span")
                .text(text(mayChange() ? "console.signed-in-as" : "console.signed-in-to-read", administrator.name()))
                .close("span")
                .open("input", "type", "hidden", "name", "form_token", "value", formToken(SIGN_OUT))
                .element("button", text("sign-out.submit"), "type", "submit", "class", "second")
                .close("div")
                .close("form")
                .close("section");
    }

    /** Leads to a page that says what has been done, so that to load it again does nothing again. */
    void goOn(String target, String done) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader(
                "Location",
                frame.issuer()
                        .at(ConsoleEndpoint.PATH
                                + target
                                + (target.contains("?") ? "&" : "?")
                                + Parameters.pair("done", done)));
    }

    /** Where a person chooses a password by a code. */
    String passwordPage() {
        return frame.issuer().at("/password");
    }

    /** The refusal of what is not there. */
    static OAuthException notFound() {
        return new OAuthException(ErrorCode.NOT_FOUND, "there is nothing here");
    }
}

package org.claviger.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.claviger.audit.Origin;
import org.claviger.authorize.Browser;
import org.claviger.console.ConsoleSession.Administrator;
import org.claviger.oauth.OAuthException;
import org.claviger.page.PageEndpoint;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;
import org.claviger.settings.Issuer;

/**
 * Everything below {@code admin/console/}: finds the page, asks who is there, and lets nobody change anything who may only look or whose
 * form is not one that was shown to this browser. The pages are one level deep, so links between them are their names.
 */
public final class ConsoleEndpoint extends PageEndpoint {
    /** What it is mapped to, below the context root. */
    public static final String PATTERN = ConsoleSession.PATH + "/*";

    static final String PATH = ConsoleSession.PATH + "/";

    private static final String NO_PAGE = "-";

    private final Frame frame;
    private final SignedIn signedIn;
    private final Map<String, ConsolePage> pages;

    /** @param parts what the pages show and change */
    public ConsoleEndpoint(Pages pages, Browser browser, Issuer issuer, ConsoleSession session, ConsoleParts parts) {
        this(pages, browser, issuer, (SignedIn) session, parts);
    }

    /** The same where a test says who is there. */
    ConsoleEndpoint(Pages pages, Browser browser, Issuer issuer, SignedIn signedIn, ConsoleParts parts) {
        super(pages);
        this.frame = new Frame(pages, browser, issuer);
        this.signedIn = signedIn;
        this.pages = parts.pages();
    }

    @Override
    protected String allowedMethods() {
        return "GET, POST";
    }

    @Override
    protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
            throws OAuthException, IOException {
        String path = Objects.requireNonNullElse(request.getPathInfo(), "");
        if (path.isEmpty()) { // links of the page would lead past it
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", frame.issuer().at(PATH));
            return;
        }
        Optional<Administrator> administrator = signedIn.signedIn(request, response);
        if (administrator.isEmpty()) {
            return;
        }
        Origin.actedBy(administrator.get().subject().value());
        String name = path.substring(1);
        Visit visit = new Visit(request, response, frame, administrator.get(), name);
        if (name.equals(Visit.SIGN_OUT) && request.getMethod().equals("POST")) { // who may only look may go too
            posted(request, visit);
            signedIn.signOut(request, response);
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", frame.issuer().at("/signout"));
            return;
        }
        ConsolePage page = pages.get(name);
        if (page == null) {
            throw Visit.notFound();
        }
        if (request.getMethod().equals("GET")) {
            page.show(visit);
            return;
        }
        visit.requireChange();
        page.act(visit, posted(request, visit));
    }

    private static Posted posted(HttpServletRequest request, Visit visit) throws OAuthException, IOException {
        Posted posted = Posted.read(request);
        visit.proveForm(posted);
        return posted;
    }

    /** In the frame of the console, and not as what an application has asked for. */
    @Override
    protected void sendRefusal(HttpServletRequest request, HttpServletResponse response, OAuthException refusal)
            throws IOException {
        String text =
                switch (refusal.code()) {
                    case NOT_FOUND -> "not-found";
                    case ACCESS_DENIED -> "read-only";
                    case INVALID_REQUEST, METHOD_NOT_ALLOWED -> "refused";
                    default -> "";
                };
        if (text.isEmpty()) {
            super.sendRefusal(request, response, refusal);
            return;
        }
        InLanguage texts = pages().language(request);
        Html body = new Html()
                .element("p", texts.get("console." + text), "role", "alert")
                .element("p", refusal.description(), "class", "detail");
        frame.send(
                response,
                refusal.code().status(),
                texts,
                NO_PAGE,
                new Html(),
                texts.get("console." + text + "-title"),
                body);
    }
}

package org.claviger.account;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.claviger.authorize.Browser;
import org.claviger.authorize.ConsentForm;
import org.claviger.authorize.Consents;
import org.claviger.authorize.Consents.Consent;
import org.claviger.authorize.SignOutEndpoint;
import org.claviger.client.Client;
import org.claviger.client.Clients;
import org.claviger.identity.ResourceOwner;
import org.claviger.identity.SignInSessions;
import org.claviger.identity.SignInSessions.Listed;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Subject;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;
import org.claviger.refresh.TokenFamilies;

/** The page on which people see who they are here, where they are signed in, and which applications may act for them. */
public final class AccountPage {
    static final String END_SESSION = "end-session";
    static final String END_OTHERS = "end-others";
    static final String END_FAMILY = "end-family";
    static final String WITHDRAW = "withdraw";

    /** How many of each are shown; who has more ends some, or everything. */
    private static final int MOST = 100;

    private static final String FORM =
            """
            <form method="post" action="%s">
            <input type="hidden" name="form_token" value="%s">
            %s<button type="submit" class="second"%s>%s</button>
            </form>
            """;

    private final Pages pages;
    private final Browser browser;
    private final SignInSessions sessions;
    private final TokenFamilies families;
    private final Consents consents;
    private final Clients clients;

    public AccountPage(
            Pages pages,
            Browser browser,
            SignInSessions sessions,
            TokenFamilies families,
            Consents consents,
            Clients clients) {
        this.pages = pages;
        this.browser = browser;
        this.sessions = sessions;
        this.families = families;
        this.consents = consents;
        this.clients = clients;
    }

    /** What its form tokens are for: what this person ends and nobody else. */
    static String purpose(Subject subject) {
        return "account " + subject;
    }

    /** What a form token is about. */
    static String content(String action, String id) {
        return action + "\n" + id;
    }

    void show(HttpServletRequest request, HttpServletResponse response, ResourceOwner owner, Optional<Message> message)
            throws OAuthException, IOException {
        InLanguage language = pages.language(request);
        String body = new Shown(request, response, owner, language).body(message);
        pages.send(
                request, response, HttpServletResponse.SC_OK, new Page(language, language.get("account.title"), body));
    }

    /** One showing of it. */
    private final class Shown {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final ResourceOwner owner;
        private final InLanguage language;

        Shown(HttpServletRequest request, HttpServletResponse response, ResourceOwner owner, InLanguage language) {
            this.request = request;
            this.response = response;
            this.owner = owner;
            this.language = language;
        }

        String body(Optional<Message> message) throws OAuthException {
            String status = message.map(found -> "<p role=\"status\">" + text(found.text()) + "</p>\n")
                    .orElse("");
            return status + who() + signIns() + applications() + allowed() + signOut();
        }

        private String who() {
            StringBuilder who = new StringBuilder("<dl>\n");
            term(who, "sign-in.username", owner.username());
            owner.name().ifPresent(name -> term(who, "account.name", name));
            owner.email().ifPresent(email -> term(who, "account.email", email));
            term(
                    who,
                    "account.groups",
                    owner.groups().isEmpty()
                            ? language.get("account.no-groups")
                            : String.join(", ", new TreeSet<>(owner.groups())));
            return who
                    + "</dl>\n<p>"
                    + (owner.store().isPresent()
                            ? text("account.password-elsewhere")
                            : "<a href=\"account/password\">" + text("account.change-password") + "</a>")
                    + "</p>\n";
        }

        private void term(StringBuilder list, String label, String value) {
            list.append("<div><dt>%s</dt><dd>%s</dd></div>%n".formatted(text(label), escape(value)));
        }

        private String signIns() {
            String here = browser.sessionName(request);
            List<Listed> found = sessions.list(owner.subject(), MOST + 1);
            StringBuilder items = new StringBuilder();
            for (Listed session : shown(found)) {
                boolean isHere = session.name().equals(here);
                String id = "session-" + session.name();
                items.append("<li><h3 id=\"%s\">%s</h3>%n<p>%s</p>%n%s</li>%n"
                        .formatted(
                                id,
                                isHere ? text("account.this-browser") : text("account.another-browser"),
                                times("account.session-times", session.authTime(), session.lastUsedAt()),
                                isHere ? "" : form(END_SESSION, session.name(), id, "account.end-session")));
            }
            String all = found.size() > 1 ? form(END_OTHERS, "", "sessions", "account.end-others") : "";
            return section("sessions", found.size(), items.toString()) + all;
        }

        private String applications() throws OAuthException {
            List<TokenFamilies.Living> found =
                    families.list(Optional.of(owner.subject()), Optional.empty(), "", MOST + 1);
            StringBuilder items = new StringBuilder();
            for (TokenFamilies.Living family : shown(found)) {
                Authorization authorization = family.authorization();
                String id = "family-" + authorization.family();
                items.append("<li><h3 id=\"%s\">%s</h3>%n<ul>%s</ul>%n<p>%s</p>%n%s</li>%n"
                        .formatted(
                                id,
                                escape(name(authorization.client())),
                                ConsentForm.items(language, authorization.scope()),
                                times("account.family-times", authorization.authTime(), family.expiresAt()),
                                form(END_FAMILY, authorization.family().value(), id, "account.end-family")));
            }
            return section("families", found.size(), items.toString());
        }

        private String allowed() {
            List<Consent> found = consents.list(owner.subject(), MOST + 1);
            StringBuilder items = new StringBuilder();
            int number = 0;
            for (Consent consent : shown(found)) {
                String id = "consent-" + ++number;
                items.append("<li><h3 id=\"%s\">%s</h3>%n<ul>%s</ul>%n<p>%s</p>%n%s</li>%n"
                        .formatted(
                                id,
                                escape(name(consent.client())),
                                ConsentForm.items(language, consent.scope()),
                                times("account.consent-times", consent.allowedAt(), consent.until()),
                                form(WITHDRAW, consent.client().value(), id, "account.withdraw")));
            }
            return section("consents", found.size(), items.toString());
        }

        private String signOut() {
            return "<h2 id=\"sign-out\">%s</h2>%n<p>%s</p>%n"
                            .formatted(text("sign-out.title"), text("account.sign-out-explained"))
                    + FORM.formatted(
                            "signout",
                            escape(browser.formToken(
                                    request,
                                    response,
                                    SignOutEndpoint.PURPOSE,
                                    owner.subject().value())),
                            hidden("everywhere", "true"),
                            "",
                            text("account.sign-out-everywhere"))
                    + "<p><a href=\"signout\">" + text("account.sign-out-here") + "</a></p>\n";
        }

        private String section(String name, int size, String items) {
            String key = "account." + name;
            return "<h2 id=\"%s\">%s</h2>%n<p>%s</p>%n"
                            .formatted(name, text(key), text(size == 0 ? key + "-none" : key + "-explained"))
                    + (items.isEmpty() ? "" : "<ul class=\"things\">\n" + items + "</ul>\n")
                    + (size > MOST ? "<p>" + escape(language.get("account.more", MOST)) + "</p>\n" : "");
        }

        private static <T> List<T> shown(List<T> found) {
            return found.subList(0, Math.min(MOST, found.size()));
        }

        /** A form of one button; what it is about is told by the element of that id. */
        private String form(String action, String id, String about, String label) {
            return FORM.formatted(
                    "account",
                    escape(browser.formToken(request, response, purpose(owner.subject()), content(action, id))),
                    hidden("action", action) + (id.isEmpty() ? "" : hidden("id", id)),
                    " aria-describedby=\"" + about + "\"",
                    text(label));
        }

        private static String hidden(String name, String value) {
            return "<input type=\"hidden\" name=\"%s\" value=\"%s\">%n".formatted(name, escape(value));
        }

        private String name(ClientId id) {
            return clients.find(id).map(Client::name).orElse(id.value());
        }

        private String text(String key) {
            return escape(language.get(key));
        }

        private String times(String key, Instant one, Instant other) {
            return escape(language.get(key, "\u0001", "\u0002"))
                    .replace("\u0001", time(one))
                    .replace("\u0002", time(other));
        }

        private static String time(Instant at) {
            String minutes = at.truncatedTo(ChronoUnit.MINUTES).toString();
            return "<time datetime=\"%s\">%s</time>"
                    .formatted(minutes, minutes.replace('T', ' ').replace(":00Z", " UTC"));
        }
    }
}

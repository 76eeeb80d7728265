package org.claviger.authorize;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.claviger.client.Client;
import org.claviger.identity.ResourceOwner;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.Scope;
import org.claviger.oauth.Subject;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;
import org.claviger.settings.Lifetimes;
import org.claviger.settings.Settings;

/** The page on which a resource owner allows a client what it asks for, or refuses (ASVS 10.7.2). */
public final class ConsentForm {
    private static final String BODY =
            """
            <p>%1$s</p>
            <ul>%2$s</ul>
            <p>%3$s</p>
            <form method="post" action="consent">
            <input type="hidden" name="request" value="%4$s">
            <input type="hidden" name="form_token" value="%5$s">
            <button type="submit" name="decision" value="allow">%6$s</button>
            <button type="submit" name="decision" value="refuse" class="second">%7$s</button>
            </form>
            <p class="detail">%8$s <a href="signout">%9$s</a></p>
            """;

    private final Pages pages;
    private final Browser browser;
    private final Supplier<Settings> settings;

    public ConsentForm(Pages pages, Browser browser, Supplier<Settings> settings) {
        this.pages = pages;
        this.browser = browser;
        this.settings = settings;
    }

    Pages pages() {
        return pages;
    }

    /** What its form token is for: the decision of this person and nobody else. */
    static String purpose(Subject subject) {
        return "consent " + subject;
    }

    /** What its form token is about: the request, and all that was shown of its scope, so that nothing else is granted. */
    static String content(String authorizationRequest, Scope scope) {
        return authorizationRequest + "\n" + scope;
    }

    void show(
            HttpServletRequest request,
            HttpServletResponse response,
            ProvenRedirect redirect,
            String authorizationRequest,
            ResourceOwner resourceOwner,
            Scope scope)
            throws IOException {
        InLanguage language = pages.language(request);
        String formToken = browser.formToken(
                request, response, purpose(resourceOwner.subject()), content(authorizationRequest, scope));
        String body = BODY.formatted(
                escape(language.get("consent.asks", redirect.client().name())),
                items(language, scope),
                escape(language.get("consent.lifetime", language.duration(lifetime(redirect.client())))),
                escape(authorizationRequest),
                escape(formToken),
                escape(language.get("consent.allow")),
                escape(language.get("consent.refuse")),
                escape(language.get("consent.signed-in-as", resourceOwner.username())),
                escape(language.get("sign-out.link")));
        pages.send(
                response,
                HttpServletResponse.SC_OK,
                new Page(language, language.get("consent.title"), body, redirect.formTarget()));
    }

    /** What a scope allows, as items of a list: in words where somebody has said them. */
    public static String items(InLanguage language, Scope scope) {
        return scope.isEmpty()
                ? item(language.get("consent.no-scope"))
                : scope.tokens()
                        .map(token -> item(language.scope(token).orElse(token)))
                        .collect(Collectors.joining());
    }

    private static String item(String text) {
        return "<li>" + escape(text) + "</li>";
    }

    private Duration lifetime(Client client) {
        Lifetimes lifetimes =
                settings.get().classification(client.classification()).lifetimes();
        return client.grantTypes().contains(GrantType.REFRESH_TOKEN)
                ? lifetimes.refreshTokenAbsolute()
                : lifetimes.accessToken();
    }
}

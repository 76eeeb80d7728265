package org.claviger.page;

import static org.claviger.page.Page.escape;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.claviger.http.Answers;
import org.claviger.http.Caller;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.page.Texts.InLanguage;
import org.claviger.settings.BrandSettings;
import org.claviger.settings.Issuer;
import org.claviger.settings.Settings;

/**
 * Sends pages, all in one frame. They run no script, cannot be framed (RFC 9700 section 4.16) and tell no other site where they
 * were (section 4.2.4).
 */
public final class Pages {
    private static final String FRAME =
            """
            <!DOCTYPE html>
            <html lang="%1$s">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%2$s – %3$s</title>
            <link rel="icon" href="%8$s%7$s">
            <link rel="stylesheet" href="%8$sassets/claviger.css">
            %4$s</head>
            %9$s<header>%5$s%3$s</header>
            %10$s
            <h1>%2$s</h1>
            %6$s
            </main>
            </body>
            </html>
            """;

    private static final String ALONE = "<body>\n";

    private final Supplier<Settings> settings;
    private final Texts texts;

    /** @param settings as they are now; the file of texts is read once */
    public Pages(Supplier<Settings> settings) {
        this.settings = settings;
        this.texts = new Texts(settings.get().brand().texts());
    }

    /** The texts for who sent the request. */
    public InLanguage language(HttpServletRequest request) {
        return texts.forHeader(Optional.ofNullable(request.getHeader("Accept-Language")));
    }

    /** Who sent the request. */
    public Caller caller(HttpServletRequest request) {
        return Caller.of(request, settings.get().trustedProxies());
    }

    /** Refuses a request that did not come to the issuer's own host: people sign in nowhere else. */
    void requireOwnHost(HttpServletRequest request) throws OAuthException {
        Issuer issuer = settings.get().issuer();
        if (!issuer.isHost(caller(request).host())) {
            throw new OAuthException(ErrorCode.MISDIRECTED, "this service answers at " + issuer + " only");
        }
    }

    public void send(HttpServletResponse response, int status, Page page) throws IOException {
        send(response, status, page, "");
    }

    /** The same for an endpoint that stands deeper than just below the context root, or is mapped to many paths. */
    public void send(HttpServletRequest request, HttpServletResponse response, int status, Page page)
            throws IOException {
        send(response, status, page, root(request));
    }

    /** The same from an address further down; {@code root} leads from there to the context root. */
    public void send(HttpServletResponse response, int status, Page page, String root) throws IOException {
        Rendered rendered = render(page, root);
        rendered.headers.forEach(response::setHeader);
        Answers.send(response, status, "text/html;charset=UTF-8", rendered.html);
    }

    /** A page in its frame, and the headers that have to go with it. */
    public record Rendered(Map<String, String> headers, String html) {}

    /** Renders a page for who sends it otherwise; {@code root} leads from its address to the context root. */
    public Rendered render(Page page, String root) {
        Map<String, String> headers = Map.of(
                "Content-Security-Policy",
                // A bare 'self' would stop the redirect back to the client: browsers apply form-action to redirects
                // too.
                "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none';"
                        + " form-action 'self' " + page.formTarget(),
                "X-Frame-Options",
                "DENY",
                "X-Content-Type-Options",
                "nosniff",
                "Referrer-Policy",
                "no-referrer",
                "Cache-Control",
                "no-store",
                "Vary",
                "Accept-Language, Cookie");
        BrandSettings brand = settings.get().brand();
        boolean branded = brand.color().isPresent() || brand.css().isPresent();
        boolean logo = brand.logo().isPresent();
        String html = FRAME.formatted(
                page.language().tag(),
                escape(page.title()),
                escape(brand.name()),
                branded
                        ? "<link rel=\"stylesheet\" href=\"" + root + "assets/brand.css" + version(brand) + "\">\n"
                        : "",
                logo ? "<img src=\"" + root + "assets/logo\" alt=\"\">" : "",
                page.body(),
                logo ? "assets/logo" : "assets/icon.svg",
                root,
                page.navigation().isEmpty() ? ALONE : skipLink(page),
                page.navigation().isEmpty() ? "<main>" : page.navigation() + "<main id=\"main\" tabindex=\"-1\">");
        return new Rendered(headers, html);
    }

    /** Whoever uses the keyboard need not pass all links on each page (WCAG 2.2, bypass blocks). */
    private static String skipLink(Page page) {
        return "<body class=\"whole\">\n<a class=\"skip\" href=\"#main\">"
                + escape(page.language().get("skip")) + "</a>\n";
    }

    /** Browsers keep the style sheet for minutes: another colour is another address. */
    private static String version(BrandSettings brand) {
        return brand.color().map(color -> "?" + color.substring(1)).orElse("");
    }

    /** The page for a refusal or a fault: what a person can do, and the description for who looks after the client. */
    void sendError(HttpServletRequest request, HttpServletResponse response, OAuthException refusal)
            throws IOException {
        InLanguage language = language(request);
        String prefix = refusal.code().status() >= 500 ? "error.server-" : "error.";
        String body = "<p role=\"alert\">%s</p>%n<p class=\"detail\">%s</p>"
                .formatted(
                        escape(language.get(prefix + "explanation")),
                        escape(language.get("error.detail", refusal.description())));
        send(request, response, refusal.code().status(), new Page(language, language.get(prefix + "title"), body));
    }

    /** The way from the address of a servlet that is mapped to many paths. */
    private static String root(HttpServletRequest request) {
        String path = request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), "");
        return "../".repeat(Math.max(0, (int) path.chars().filter(c -> c == '/').count() - 1));
    }
}

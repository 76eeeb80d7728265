package org.claviger.authorize;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.claviger.http.Answers;

/**
 * A page. It runs no script, cannot be framed (RFC 9700 section 4.16) and tells no other site where it was (section 4.2.4).
 *
 * @param formTarget where its form may lead in the end besides this service: an origin or a scheme, or empty
 */
record Page(String title, String body, String formTarget) {
    private static final String FRAME =
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <link rel="stylesheet" href="assets/claviger.css">
            </head>
            <body>
            <main>
            <h1>%1$s</h1>
            %2$s
            </main>
            </body>
            </html>
            """;

    static Page error(String heading, String message) {
        return new Page(heading, "<p role=\"alert\">" + escape(message) + "</p>", "");
    }

    /** The sign-in page; {@code error} is what went wrong with the last attempt, or empty. */
    static Page signIn(String clientName, String request, String formToken, String error, String formTarget) {
        String alert = error.isEmpty() ? "" : "<p role=\"alert\" id=\"error\">" + escape(error) + "</p>\n";
        String body =
                """
                <p>to go on to <strong>%1$s</strong></p>
                %2$s<form method="post" action="signin">
                <input type="hidden" name="request" value="%3$s">
                <input type="hidden" name="form_token" value="%4$s">
                <label for="username">User name</label>
                <input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
                <label for="password">Password</label>
                <input id="password" name="password" type="password" autocomplete="current-password" required>
                <button type="submit">Sign in</button>
                </form>
                """
                        .formatted(escape(clientName), alert, escape(request), escape(formToken));
        return new Page("Sign in", body, formTarget);
    }

    void send(HttpServletResponse response, int status) throws IOException {
        // A bare 'self' would stop the redirect back to the client: browsers apply form-action to redirects too.
        response.setHeader(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "
                        + formTarget);
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("Referrer-Policy", "no-referrer");
        Answers.send(response, status, "text/html;charset=UTF-8", FRAME.formatted(escape(title), body));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

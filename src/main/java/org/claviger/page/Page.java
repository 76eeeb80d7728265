package org.claviger.page;

import org.claviger.page.Texts.InLanguage;

/**
 * One page, ready to be sent.
 *
 * @param title plain text
 * @param body HTML, everything that came from outside escaped
 * @param formTarget where its form may lead in the end besides this service: an origin or a scheme, or empty
 */
public record Page(InLanguage language, String title, String body, String formTarget) {
    /** A page whose form, if it has one, stays here. */
    Page(InLanguage language, String title, String body) {
        this(language, title, body, "");
    }

    /** Text as it may stand in HTML, in an attribute too. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

package org.claviger.page;

import org.claviger.page.Texts.InLanguage;

/**
 * One page, ready to be sent.
 *
 * @param title plain text
 * @param body HTML, everything that came from outside escaped
 * @param formTarget where its form may lead in the end besides this service: an origin or a scheme, or empty
 * @param navigation HTML of the links to the other pages of a whole, empty for a page that stands alone
 */
public record Page(InLanguage language, String title, String body, String formTarget, String navigation) {
    /** A page that stands alone. */
    public Page(InLanguage language, String title, String body, String formTarget) {
        this(language, title, body, formTarget, "");
    }

    /** A page that stands alone and whose form, if it has one, stays here. */
    public Page(InLanguage language, String title, String body) {
        this(language, title, body, "");
    }

    /** A page of a whole, whose forms stay here. */
    public static Page within(String navigation, InLanguage language, String title, String body) {
        return new Page(language, title, body, "", navigation);
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

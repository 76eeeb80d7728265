package org.claviger.console;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.claviger.authorize.Browser;
import org.claviger.page.Page;
import org.claviger.page.Pages;
import org.claviger.page.Texts.InLanguage;
import org.claviger.settings.Issuer;

/** What stands around every page of the console: its links, and who has signed in. */
record Frame(Pages pages, Browser browser, Issuer issuer) {
    /** From the address of any page of the console to the context root. */
    private static final String ROOT = "../../";

    /** The pages that the links lead to; the first is at the address of the console itself. */
    private static final List<String> SECTIONS =
            List.of("", "clients", "users", "sessions", "keys", "settings", "audit");

    /** Pages that belong to one of those. */
    private static final Map<String, String> SECTION_OF = Map.of(
            "client", "clients",
            "client-new", "clients",
            "client-change", "clients",
            "user", "users",
            "user-new", "users",
            "user-change", "users",
            "setting", "settings",
            "audit-verification", "audit");

    void send(
            HttpServletResponse response, int status, InLanguage texts, String page, Html who, String title, Html body)
            throws IOException {
        String navigation = navigation(texts, page).add(who).toString();
        pages.send(response, status, Page.within(navigation, texts, title, body.toString()), ROOT);
    }

    private static Html navigation(InLanguage texts, String page) {
        Html html = new Html().open("nav", "aria-label", texts.get("console.navigation"));
        for (String section : SECTIONS) {
            String[] current = section.equals(page)
                    ? new String[] {"aria-current", "page"}
                    : section.equals(SECTION_OF.get(page)) ? new String[] {"aria-current", "true"} : new String[0];
            html.link(
                    section.isEmpty() ? "./" : section,
                    texts.get("console." + (section.isEmpty() ? "overview" : section)),
                    current);
        }
        return html.close("nav");
    }
}

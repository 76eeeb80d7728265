package org.claviger.console;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.claviger.oauth.OAuthException;

/** Asks once before something is done, and names what that is; nothing has happened yet. */
final class Confirmation {
    private final Visit visit;
    private final FormHtml form;
    private final String back;

    /**
     * Begins one.
     *
     * @param page which does it, when it is sent there
     * @param action what is to be done there
     * @param back where to go for who does not want to
     */
    Confirmation(Visit visit, String page, String action, String back) {
        this.visit = visit;
        this.form = new FormHtml(visit, page, Optional.empty()).hidden("do", action);
        this.back = back;
    }

    Confirmation with(String name, String value) {
        form.hidden(name, value);
        return this;
    }

    /** With something to choose. */
    FormHtml form() {
        return form;
    }

    /**
     * Shows it.
     *
     * @param button what the title and the button say
     * @param sentences what happens then
     */
    void ask(String button, List<String> sentences) throws OAuthException, IOException {
        Html html = new Html();
        sentences.forEach(sentence -> html.element("p", sentence));
        visit.send(
                button,
                html.open("div", "class", "narrow")
                        .add(form.submit(button))
                        .close("div")
                        .open("p")
                        .link(back, visit.text("console.back"))
                        .close("p"));
    }
}

package org.claviger.console;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.claviger.admin.KeysPage;
import org.claviger.key.KeyLife.State;
import org.claviger.key.SigningKeys;
import org.claviger.key.SigningKeys.Listed;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** The signing keys, and what to do in an emergency. */
final class KeysConsolePage implements ConsolePage {
    private static final String SELF = "keys";

    private final SigningKeys keys;

    KeysConsolePage(SigningKeys keys) {
        this.keys = keys;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        String action = visit.asked("do");
        if (!action.isEmpty()) {
            visit.requireChange();
            ask(visit, action, visit.asked("kid"));
            return;
        }
        visit.send(visit.text("keys.title"), body(visit));
    }

    private Html body(Visit visit) {
        Html html = new Html();
        if (visit.mayChange()) {
            html.open("p", "class", "actions")
                    .link(SELF + "?do=rotate", visit.text("console.keys.do.rotate"), "class", "button second")
                    .close("p");
        }
        return html.add(KeysPage.body(visit.texts(), keys.overview(), key -> links(visit, key)));
    }

    private static String links(Visit visit, Listed key) {
        Html html = new Html();
        if (visit.mayChange()) {
            for (String action : actions(key)) {
                html.text(" ")
                        .link(
                                SELF + "?do=" + action + "&"
                                        + Parameters.pair("kid", key.life().kid()),
                                visit.text("console.keys." + action),
                                "aria-label",
                                visit.text("console.keys." + action) + " "
                                        + key.life().kid());
            }
        }
        return html.toString();
    }

    private static List<String> actions(Listed key) {
        List<String> actions = new ArrayList<>();
        if (key.state() == State.SIGNING || key.state() == State.ANNOUNCED) {
            actions.add("retire");
        }
        if (key.state() != State.EXPIRED) {
            actions.add("compromised");
        }
        return actions;
    }

    private void ask(Visit visit, String action, String kid) throws OAuthException, IOException {
        if (!action.equals("rotate") && !actions(find(kid)).contains(action)) {
            throw Visit.notFound();
        }
        new Confirmation(visit, SELF, action, SELF)
                .with("kid", kid)
                .with("state", action.equals("rotate") ? "" : state(find(kid)))
                .ask(visit.text("console.keys.do." + action), List.of(visit.text("console.keys.ask." + action, kid)));
    }

    private Listed find(String kid) throws OAuthException {
        return keys.overview().keys().stream()
                .filter(listed -> listed.life().kid().equals(kid))
                .findFirst()
                .orElseThrow(Visit::notFound);
    }

    /** What a form was made for: a key that signs by now, or has ended, is another matter. */
    private static String state(Listed key) {
        return key.state().name() + (key.life().compromisedAt().isPresent() ? " compromised" : "");
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        String by = visit.administrator().name();
        String kid = posted.text("kid");
        if (!posted.text("do").equals("rotate") && !posted.text("state").equals(state(find(kid)))) {
            visit.send(
                    409,
                    visit.text("keys.title"),
                    new Html()
                            .element("p", visit.text("console.stale"), "role", "alert")
                            .add(body(visit)));
            return;
        }
        switch (posted.text("do")) {
            case "rotate" -> {
                keys.rotate(by);
                visit.goOn(SELF, "rotated");
            }
            case "retire" -> found(visit, keys.retire(kid, by), "retired");
            case "compromised" -> found(visit, keys.compromised(kid, by), "compromised");
            default -> throw Visit.notFound();
        }
    }

    private static void found(Visit visit, boolean found, String done) throws OAuthException {
        if (!found) {
            throw Visit.notFound();
        }
        visit.goOn(SELF, done);
    }
}

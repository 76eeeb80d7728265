package org.claviger.console;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.claviger.admin.ClientChanges;
import org.claviger.client.Registrations;
import org.claviger.client.Registrations.Registered;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** One client: what it is, and what can be done with it. */
final class ClientPage implements ConsolePage {
    private static final String SELF = "client";

    private final Registrations registrations;
    private final ClientChanges changes;

    ClientPage(Registrations registrations, ClientChanges changes) {
        this.registrations = registrations;
        this.changes = changes;
    }

    Registered find(String id) throws OAuthException {
        return ClientId.find(id).flatMap(registrations::find).orElseThrow(Visit::notFound);
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        Registered client = find(visit.asked("id"));
        String action = visit.asked("do");
        if (action.isEmpty()) {
            visit.send(client.id().value(), body(visit, client));
            return;
        }
        visit.requireChange();
        if (!actions(client).contains(action)) {
            throw Visit.notFound();
        }
        Confirmation confirmation = new Confirmation(visit, SELF, action, ClientsPage.address(client))
                .with("id", client.id().value())
                .with("edition", Long.toString(client.edition()));
        List<String> sentences = new ArrayList<>(List.of(visit.text("console.client.ask." + action, client.id())));
        if (action.equals("rotate")) {
            sentences.add(visit.text("console.client.overlap", visit.texts().duration(changes.longestOverlap())));
            confirmation.form().check("at_once", visit.text("console.client.at-once"), false);
        }
        confirmation.ask(visit.text("console.client.do." + action), sentences);
    }

    /** What can be done with a client as it is. */
    private static List<String> actions(Registered client) {
        List<String> actions = new ArrayList<>();
        if (ClientChanges.hasSecret(client)) {
            actions.add("rotate");
        }
        actions.add(client.enabled() ? "disable" : "enable");
        actions.add("delete");
        return actions;
    }

    private static Html body(Visit visit, Registered client) {
        Html html = new Html();
        if (visit.mayChange()) {
            html.open("p", "class", "actions")
                    .link(
                            "client-change?" + Parameters.pair("id", client.id().value()),
                            visit.text("console.change"),
                            "class",
                            "button");
            actions(client)
                    .forEach(action -> html.link(
                            ClientsPage.address(client) + "&do=" + action,
                            visit.text("console.client.do." + action),
                            "class",
                            "button second"));
            html.close("p");
        }
        return html.add(ClientForm.details(visit, client))
                .open("p")
                .link(
                        "sessions?" + Parameters.pair("client_id", client.id().value()),
                        visit.text("console.client.sessions"))
                .close("p");
    }

    /** Says that the form was made of something else than there is now, and shows that; nothing has changed. */
    void stale(Visit visit, Registered client) throws IOException {
        visit.send(
                409,
                client.id().value(),
                new Html()
                        .element("p", visit.text("console.stale"), "role", "alert")
                        .add(body(visit, client)));
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        Registered seen = find(posted.text("id"));
        String action = posted.text("do");
        if (seen.edition() != posted.edition()) {
            stale(visit, seen);
            return;
        }
        if (!actions(seen).contains(action)) {
            throw Visit.notFound();
        }
        String by = visit.administrator().name();
        switch (action) {
            case "rotate" -> {
                Duration overlap = posted.has("at_once") ? Duration.ZERO : changes.longestOverlap();
                Optional<ClientChanges.Made> made = changes.rotate(seen, overlap, by);
                if (made.isPresent()) {
                    made(visit, made.get(), "rotated");
                    return;
                }
            }
            case "delete" -> {
                if (changes.delete(seen, by)) {
                    visit.goOn("clients", "deleted");
                    return;
                }
            }
            default -> {
                boolean enabled = action.equals("enable");
                if (changes.enable(seen, enabled, by).isPresent()) {
                    visit.goOn(ClientsPage.address(seen), enabled ? "enabled" : "disabled");
                    return;
                }
            }
        }
        stale(visit, find(seen.id().value())); // somebody else was first
    }

    /**
     * Leads to a client after a change, or shows the secret that it has got: in this answer and in no other. To load it again sends
     * the form again, which is stale by then.
     */
    static void made(Visit visit, ClientChanges.Made made, String done) throws IOException {
        if (made.secret().isEmpty()) {
            visit.goOn(ClientsPage.address(made.client()), done);
            return;
        }
        visit.send(
                200,
                visit.text("console.client.secret-title"),
                new Html()
                        .element("p", visit.text("console.done." + done), "role", "status", "class", "done")
                        .add(new Details()
                                .of(
                                        visit.text("console.client.client_id"),
                                        made.client().id().value())
                                .of(
                                        visit.text("console.client.secret"),
                                        new Html().element("code", made.secret().orElseThrow(), "class", "credential"))
                                .html())
                        .element("p", visit.text("console.client.secret-once"))
                        .open("p")
                        .link(ClientsPage.address(made.client()), visit.text("console.go-on"))
                        .close("p"));
    }
}

package org.claviger.console;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.claviger.admin.ClientChanges;
import org.claviger.client.Registrations.Registered;
import org.claviger.console.FormHtml.Problem;
import org.claviger.live.LiveSettings;
import org.claviger.oauth.OAuthException;

/** Changes the metadata of a client. */
final class ChangeClientPage implements ConsolePage {
    private final ClientPage clients;
    private final ClientChanges changes;
    private final LiveSettings settings;

    ChangeClientPage(ClientPage clients, ClientChanges changes, LiveSettings settings) {
        this.clients = clients;
        this.changes = changes;
        this.settings = settings;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        visit.requireChange();
        Registered client = clients.find(visit.asked("id"));
        show(visit, 200, client, ClientForm.values(client.metadata()), Optional.empty());
    }

    private void show(Visit visit, int status, Registered client, Map<String, String> values, Optional<Problem> problem)
            throws IOException {
        FormHtml form = new FormHtml(visit, "client-change", problem)
                .hidden("id", client.id().value())
                .hidden("edition", Long.toString(client.edition()));
        ClientForm.fields(visit, form, values, settings.get().classifications().names());
        visit.send(
                status,
                visit.text("console.client.change", client.id()),
                new Html()
                        .open("div", "class", "narrow")
                        .add(form.submit(visit.text("console.save")))
                        .close("div")
                        .open("p")
                        .link(ClientsPage.address(client), visit.text("console.back"))
                        .close("p"));
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        Registered seen = clients.find(posted.text("id"));
        if (seen.edition() != posted.edition()) {
            clients.stale(visit, seen);
            return;
        }
        Map<String, String> values = ClientForm.values(posted);
        JsonObject patch = ClientForm.patch(ClientForm.values(seen.metadata()), values);
        if (patch.isEmpty()) {
            visit.goOn(ClientsPage.address(seen), "unchanged");
            return;
        }
        try {
            Optional<ClientChanges.Made> made =
                    changes.change(seen, patch, visit.administrator().name());
            if (made.isEmpty()) {
                clients.stale(visit, clients.find(seen.id().value()));
            } else {
                ClientPage.made(visit, made.get(), "changed");
            }
        } catch (IllegalArgumentException refused) {
            show(visit, 422, seen, values, Optional.of(Problem.of(refused)));
        }
    }
}

package org.claviger.console;

import java.io.IOException;
import java.util.List;
import org.claviger.client.Registrations;
import org.claviger.client.Registrations.Registered;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** The registered clients. */
final class ClientsPage implements ConsolePage {
    private final Registrations registrations;

    ClientsPage(Registrations registrations) {
        this.registrations = registrations;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        String title = visit.text("console.clients");
        Listing listing = new Listing(visit, "clients");
        Table table = new Table(
                title,
                List.of(
                        visit.text("console.client.client_id"),
                        visit.text("console.client.client_name"),
                        visit.text("console.client.grant_types"),
                        visit.text("console.client.classification"),
                        visit.text("console.state")));
        Html html = new Html();
        if (visit.mayChange()) {
            html.open("p")
                    .link("client-new", visit.text("console.client.new"), "class", "button")
                    .close("p");
        }
        html.add(listing.search(visit.text("console.clients.search")))
                .add(listing.entries(
                        registrations::list, table, (rows, client) -> row(visit, rows, client), client -> client.id()
                                .value()));
        visit.send(title, html);
    }

    private static void row(Visit visit, Table table, Registered client) {
        var values = ClientForm.values(client.metadata());
        table.row(
                new Html().link(address(client), client.id().value()),
                Html.of(client.metadata().getString("client_name", "")),
                Html.of(ClientForm.grantTypes(values)),
                Html.of(values.getOrDefault("classification", "")),
                Html.of(visit.text(client.enabled() ? "console.enabled" : "console.disabled")));
    }

    static String address(Registered client) {
        return "client?" + Parameters.pair("id", client.id().value());
    }
}

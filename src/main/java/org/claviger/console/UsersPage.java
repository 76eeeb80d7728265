package org.claviger.console;

import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import org.claviger.identity.Accounts;
import org.claviger.identity.Accounts.Account;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;

/** The users. */
final class UsersPage implements ConsolePage {
    private final Accounts accounts;

    UsersPage(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        String title = visit.text("console.users");
        Listing listing = new Listing(visit, "users");
        Table table = new Table(
                title,
                List.of(
                        visit.text("console.user.username"),
                        visit.text("console.user.name"),
                        visit.text("console.user.email"),
                        visit.text("console.user.groups"),
                        visit.text("console.state")));
        Html html = new Html();
        if (visit.mayChange()) {
            html.open("p")
                    .link("user-new", visit.text("console.user.new"), "class", "button")
                    .close("p");
        }
        html.add(listing.search(visit.text("console.users.search")))
                .add(listing.entries(
                        accounts::list, table, (rows, account) -> row(visit, rows, account), account -> account.owner()
                                .username()));
        visit.send(title, html);
    }

    private static void row(Visit visit, Table table, Account account) {
        table.row(
                new Html().link(address(account), account.owner().username()),
                Html.of(account.owner().name().orElse("")),
                Html.of(account.owner().email().orElse("")),
                Html.of(String.join(", ", new TreeSet<>(account.owner().groups()))),
                Html.of(visit.text(account.enabled() ? "console.enabled" : "console.disabled")));
    }

    static String address(Account account) {
        return "user?" + Parameters.pair("id", account.owner().subject().value());
    }
}

package org.claviger.console;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.claviger.admin.SessionChanges;
import org.claviger.client.Registrations;
import org.claviger.identity.Accounts;
import org.claviger.identity.Accounts.Account;
import org.claviger.identity.SignInSessions;
import org.claviger.oauth.Authorization;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.FamilyId;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;
import org.claviger.refresh.TokenFamilies;
import org.claviger.refresh.TokenFamilies.Living;

/** What lives of a user or of a client: sign-in sessions, and the token families that came from them. */
final class SessionsPage implements ConsolePage {
    private static final String SELF = "sessions";
    private static final int MOST = 200;

    private final TokenFamilies families;
    private final SignInSessions signIns;
    private final Accounts accounts;
    private final Registrations registrations;
    private final SessionChanges changes;

    SessionsPage(
            TokenFamilies families,
            SignInSessions signIns,
            Accounts accounts,
            Registrations registrations,
            SessionChanges changes) {
        this.families = families;
        this.signIns = signIns;
        this.accounts = accounts;
        this.registrations = registrations;
        this.changes = changes;
    }

    /** Whose sessions: a user's or a client's. */
    private record Owner(Optional<Subject> subject, Optional<ClientId> client, String name) {
        static Owner of(Account account) {
            return new Owner(
                    Optional.of(account.owner().subject()),
                    Optional.empty(),
                    account.owner().username());
        }

        static Owner of(ClientId client) {
            return new Owner(Optional.empty(), Optional.of(client), client.value());
        }

        String parameter() {
            return subject.isPresent() ? "subject" : "client_id";
        }

        String value() {
            return subject.map(Subject::value)
                    .or(() -> client.map(ClientId::value))
                    .orElseThrow();
        }

        String address() {
            return SELF + "?" + Parameters.pair(parameter(), value());
        }
    }

    /** Empty where nobody was named yet. */
    private Optional<Owner> owner(String username, String subject, String client) throws OAuthException {
        if (username.isEmpty() && subject.isEmpty() && client.isEmpty()) {
            return Optional.empty();
        }
        Optional<Owner> found = client.isEmpty()
                ? (username.isEmpty()
                                ? Optional.of(subject)
                                        .filter(text -> text.length() <= 255)
                                        .flatMap(text -> accounts.find(new Subject(text)))
                                : accounts.findNamed(username))
                        .map(Owner::of)
                : ClientId.find(client).filter(this::isThere).map(Owner::of);
        return Optional.of(found.orElseThrow(Visit::notFound));
    }

    /** The console is a client that is not registered. */
    private boolean isThere(ClientId client) {
        return client.equals(ClientId.CONSOLE) || registrations.find(client).isPresent();
    }

    /** Refuses what is another's than whose page it is said to be on. */
    private void requireOwn(Owner owner, String action, String name) throws OAuthException {
        boolean own =
                switch (action) {
                    case "end-sign-in" -> owner.subject().isPresent(); // what is not in the list has ended
                    case "end-family" ->
                        name.matches("[A-Za-z0-9_-]{22}")
                                && families.find(new FamilyId(name))
                                        .filter(family -> owner.subject()
                                                .map(family.subject()::equals)
                                                .orElse(true))
                                        .filter(family -> owner.client()
                                                .map(family.client()::equals)
                                                .orElse(true))
                                        .isPresent();
                    default -> true;
                };
        if (!own) {
            throw Visit.notFound();
        }
    }

    private boolean isLiving(Owner owner, String signIn) {
        return owner.subject()
                .filter(subject -> signIns.list(subject, MOST).stream()
                        .anyMatch(listed -> listed.name().equals(signIn)))
                .isPresent();
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        Optional<Owner> owner = owner(visit.asked("username"), visit.asked("subject"), visit.asked("client_id"));
        String action = visit.asked("do");
        if (owner.isEmpty()) {
            visit.send(visit.text("console.sessions"), search(visit));
        } else if (action.isEmpty()) {
            visit.send(
                    visit.text("console.sessions.of", owner.get().name()),
                    search(visit).add(body(visit, owner.get())));
        } else {
            visit.requireChange();
            ask(visit, owner.get(), action);
        }
    }

    private static Html search(Visit visit) {
        Html html = new Html();
        for (String by : List.of("username", "client_id")) {
            html.open(
                            "form",
                            "method",
                            "get",
                            "action",
                            SELF,
                            "role",
                            "search",
                            "class",
                            "search",
                            "aria-label",
                            label(visit, by))
                    .element("label", label(visit, by), "for", by)
                    .open("input", "id", by, "name", by, "autocomplete", "off", "maxlength", "255", "required", "")
                    .element("button", visit.text("console.show"), "type", "submit")
                    .close("form");
        }
        return html;
    }

    private static String label(Visit visit, String by) {
        return visit.text("console.sessions.by-" + by);
    }

    private Html body(Visit visit, Owner owner) throws OAuthException {
        Html html = new Html();
        if (visit.mayChange()) {
            html.open("p", "class", "actions")
                    .link(
                            owner.address() + "&do=end-all",
                            visit.text("console.sessions.do.end-all"),
                            "class",
                            "button second")
                    .close("p");
        }
        owner.subject().ifPresent(subject -> html.add(signIns(visit, owner, subject)));
        return html.add(families(visit, owner));
    }

    private Html signIns(Visit visit, Owner owner, Subject subject) {
        Table table = new Table(
                visit.text("console.sessions.sign-ins"),
                List.of(
                        visit.text("console.sessions.auth-time"),
                        visit.text("console.sessions.last-used"),
                        visit.text("console.sessions.expires"),
                        visit.text("console.action")));
        signIns.list(subject, MOST)
                .forEach(session -> table.row(
                        new Html().time(session.authTime()),
                        new Html().time(session.lastUsedAt()),
                        new Html().time(session.expiresAt()),
                        end(visit, owner, "end-sign-in", session.name(), Html.readable(session.authTime()))));
        return section(visit, "sign-ins", table);
    }

    private Html families(Visit visit, Owner owner) throws OAuthException {
        Table table = new Table(
                visit.text("console.sessions.families"),
                List.of(
                        visit.text("console.sessions.auth-time"),
                        visit.text("console.client.client_id"),
                        visit.text("console.user.subject"),
                        visit.text("console.client.scope"),
                        visit.text("console.sessions.expires"),
                        visit.text("console.action")));
        List<Living> found = families.list(owner.subject(), owner.client(), "", MOST);
        for (Living family : found) {
            Authorization authorization = family.authorization();
            table.row(
                    new Html().time(authorization.authTime()),
                    client(authorization.client()),
                    new Html()
                            .link(
                                    "user?"
                                            + Parameters.pair(
                                                    "id",
                                                    authorization.subject().value()),
                                    authorization.subject().value()),
                    Html.of(authorization.scope().toString()),
                    new Html().time(family.expiresAt()),
                    end(
                            visit,
                            owner,
                            "end-family",
                            authorization.family().value(),
                            authorization.client().value()));
        }
        Html html = section(visit, "families", table);
        if (found.size() == MOST) {
            html.element("p", visit.text("console.sessions.more", MOST));
        }
        return html;
    }

    private static Html client(ClientId client) {
        return client.equals(ClientId.CONSOLE)
                ? Html.of(client.value())
                : new Html().link("client?" + Parameters.pair("id", client.value()), client.value());
    }

    private static Html section(Visit visit, String name, Table table) {
        Html html = new Html().element("h2", visit.text("console.sessions." + name));
        return table.isEmpty() ? html.element("p", visit.text("console.none")) : html.add(table.html());
    }

    /** @param which tells the links of a table apart for who hears them one by one */
    private static Html end(Visit visit, Owner owner, String action, String name, String which) {
        return visit.mayChange()
                ? new Html()
                        .link(
                                owner.address() + "&do=" + action + "&" + Parameters.pair("name", name),
                                visit.text("console.sessions.end"),
                                "aria-label",
                                visit.text("console.sessions.end") + ": " + which)
                : new Html();
    }

    private void ask(Visit visit, Owner owner, String action) throws OAuthException, IOException {
        String sentence =
                switch (action) {
                    case "end-sign-in" -> visit.text("console.sessions.ask.end-sign-in", owner.name());
                    case "end-family" -> visit.text("console.sessions.ask.end-family", owner.name());
                    case "end-all" -> visit.text("console.sessions.ask.end-all." + owner.parameter(), owner.name());
                    default -> throw Visit.notFound();
                };
        requireOwn(owner, action, visit.asked("name"));
        new Confirmation(visit, SELF, action, owner.address())
                .with(owner.parameter(), owner.value())
                .with("name", visit.asked("name"))
                .ask(visit.text("console.sessions.do." + action), List.of(sentence));
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        Owner owner =
                owner("", posted.text("subject"), posted.text("client_id")).orElseThrow(Visit::notFound);
        String by = visit.administrator().name();
        String name = posted.text("name");
        requireOwn(owner, posted.text("do"), name);
        boolean ended =
                switch (posted.text("do")) {
                    case "end-sign-in" -> isLiving(owner, name) && changes.endSignIn(name, by);
                    case "end-family" -> changes.endFamily(name, by);
                    case "end-all" -> {
                        owner.subject().ifPresent(subject -> changes.endAll(subject, by));
                        owner.client().ifPresent(client -> changes.endAll(client, by));
                        yield true;
                    }
                    default -> throw Visit.notFound();
                };
        visit.goOn(owner.address(), ended ? "ended" : "unchanged"); // what has ended meanwhile has ended
    }
}

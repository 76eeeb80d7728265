package org.claviger.console;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.claviger.admin.UserChanges;
import org.claviger.identity.Accounts;
import org.claviger.identity.Accounts.Account;
import org.claviger.identity.LastAdministratorException;
import org.claviger.identity.PasswordResets;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.oauth.Subject;

/** One user: who it is, and what can be done. */
final class UserPage implements ConsolePage {
    private static final String SELF = "user";

    private final Accounts accounts;
    private final PasswordResets resets;
    private final UserChanges changes;

    UserPage(Accounts accounts, PasswordResets resets, UserChanges changes) {
        this.accounts = accounts;
        this.resets = resets;
        this.changes = changes;
    }

    Account find(String subject) throws OAuthException {
        return Optional.of(subject)
                .filter(text -> !text.isEmpty() && text.length() <= 255)
                .flatMap(text -> accounts.find(new Subject(text)))
                .orElseThrow(Visit::notFound);
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        Account account = find(visit.asked("id"));
        String action = visit.asked("do");
        if (action.isEmpty()) {
            visit.send(account.owner().username(), body(visit, account));
            return;
        }
        visit.requireChange();
        if (!actions(account).contains(action)) {
            throw Visit.notFound();
        }
        Confirmation confirmation = new Confirmation(visit, SELF, action, UsersPage.address(account))
                .with("id", account.owner().subject().value())
                .with("edition", Long.toString(account.edition()))
                .with("pending", pending(account));
        List<String> sentences = new ArrayList<>(
                List.of(visit.text("console.user.ask." + action, account.owner().username())));
        if (account.owner().subject().equals(visit.administrator().subject()) && !action.equals("code")) {
            sentences.add(visit.text("console.user.yourself"));
        }
        confirmation.ask(visit.text("console.user.do." + action), sentences);
    }

    private static List<String> actions(Account account) {
        if (!account.enabled()) {
            return List.of("enable", "delete");
        }
        return account.owner().store().isPresent()
                ? List.of("disable", "delete") // the password is kept elsewhere
                : List.of("code", "disable", "delete");
    }

    /** Which code is good now: who has seen another gets none, so that to load an answer again makes no other (two at once may: the later is good). */
    private String pending(Account account) {
        return resets.pending(account.owner().subject()).map(Instant::toString).orElse("none");
    }

    private Html body(Visit visit, Account account) {
        Html html = new Html();
        String subject = account.owner().subject().value();
        if (visit.mayChange()) {
            html.open("p", "class", "actions")
                    .link(
                            "user-change?" + Parameters.pair("id", subject),
                            visit.text("console.change"),
                            "class",
                            "button");
            actions(account)
                    .forEach(action -> html.link(
                            UsersPage.address(account) + "&do=" + action,
                            visit.text("console.user.do." + action),
                            "class",
                            "button second"));
            html.close("p");
        }
        Details details = new Details()
                .of(visit.text("console.user.username"), account.owner().username())
                .of(visit.text("console.user.subject"), subject)
                .of(visit.text("console.state"), visit.text(account.enabled() ? "console.enabled" : "console.disabled"))
                .of(visit.text("console.user.name"), account.owner().name().orElse(""))
                .of(visit.text("console.user.email"), account.owner().email().orElse(""))
                .of(
                        visit.text("console.user.groups"),
                        String.join("\n", new TreeSet<>(account.owner().groups())))
                .of(visit.text("console.user.store"), account.owner().store().orElse(""));
        resets.pending(account.owner().subject())
                .ifPresent(until -> details.of(visit.text("console.user.pending"), new Html().time(until)));
        return html.add(details.html())
                .open("p")
                .link("sessions?" + Parameters.pair("subject", subject), visit.text("console.user.sessions"))
                .close("p");
    }

    /** Says that the form was made of something else than there is now, and shows that; nothing has changed. */
    void stale(Visit visit, Account account) throws IOException {
        refused(visit, account, "console.stale");
    }

    /** Says that nobody would be left to administer; nothing has changed. */
    void last(Visit visit, Account account) throws IOException {
        refused(visit, account, "console.user.last");
    }

    private void refused(Visit visit, Account account, String why) throws IOException {
        visit.send(
                409,
                account.owner().username(),
                new Html().element("p", visit.text(why), "role", "alert").add(body(visit, account)));
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        Account seen = find(posted.text("id"));
        String action = posted.text("do");
        if (seen.edition() != posted.edition()) {
            stale(visit, seen);
            return;
        }
        if (!actions(seen).contains(action)) {
            throw Visit.notFound();
        }
        try {
            act(visit, posted, seen, action);
        } catch (LastAdministratorException refused) {
            last(visit, seen);
        }
    }

    private void act(Visit visit, Posted posted, Account seen, String action)
            throws OAuthException, IOException, LastAdministratorException {
        String by = visit.administrator().name();
        switch (action) {
            case "code" -> {
                if (seen.owner().store().isEmpty() && posted.text("pending").equals(pending(seen))) {
                    Optional<PasswordResets.Code> code = changes.resetPassword(seen, by);
                    if (code.isPresent()) {
                        showCode(visit, seen, code.get());
                        return;
                    }
                }
            }
            case "delete" -> {
                if (changes.delete(seen, by)) {
                    visit.goOn("users", "deleted");
                    return;
                }
            }
            default -> {
                boolean enabled = action.equals("enable");
                if (changes.enable(seen, enabled, by).isPresent()) {
                    visit.goOn(UsersPage.address(seen), enabled ? "enabled" : "disabled");
                    return;
                }
            }
        }
        stale(visit, find(seen.owner().subject().value())); // somebody else was first
    }

    /** In this answer and in no other. */
    private static void showCode(Visit visit, Account account, PasswordResets.Code code) throws IOException {
        visit.send(
                200,
                visit.text("console.user.code-title"),
                new Html()
                        .element(
                                "p",
                                visit.text(
                                        "console.user.code-purpose",
                                        account.owner().username()))
                        .add(new Details()
                                .of(visit.text("console.user.code-page"), visit.passwordPage())
                                .of(
                                        visit.text("console.user.code"),
                                        new Html().element("code", code.value(), "class", "credential"))
                                .of(visit.text("console.user.code-until"), new Html().time(code.expiresAt()))
                                .html())
                        .element("p", visit.text("console.user.code-once"))
                        .open("p")
                        .link(UsersPage.address(account), visit.text("console.go-on"))
                        .close("p"));
    }
}

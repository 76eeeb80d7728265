package org.claviger.console;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.claviger.admin.UserChanges;
import org.claviger.console.FormHtml.Problem;
import org.claviger.identity.Accounts.Account;
import org.claviger.identity.LastAdministratorException;
import org.claviger.oauth.OAuthException;

/** Changes name, e-mail address and groups of a user. */
final class ChangeUserPage implements ConsolePage {
    private final UserPage users;
    private final UserChanges changes;

    ChangeUserPage(UserPage users, UserChanges changes) {
        this.users = users;
        this.changes = changes;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        visit.requireChange();
        Account account = users.find(visit.asked("id"));
        show(visit, 200, account, UserForm.values(account), Optional.empty());
    }

    private static void show(
            Visit visit, int status, Account account, Map<String, String> values, Optional<Problem> problem)
            throws IOException {
        FormHtml form = new FormHtml(visit, "user-change", problem)
                .hidden("id", account.owner().subject().value())
                .hidden("edition", Long.toString(account.edition()));
        UserForm.fields(visit, form, values);
        visit.send(
                status,
                visit.text("console.user.change", account.owner().username()),
                new Html()
                        .element("p", visit.text("console.user.change-effect"))
                        .open("div", "class", "narrow")
                        .add(form.submit(visit.text("console.save")))
                        .close("div")
                        .open("p")
                        .link(UsersPage.address(account), visit.text("console.back"))
                        .close("p"));
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        Account seen = users.find(posted.text("id"));
        if (seen.edition() != posted.edition()) {
            users.stale(visit, seen);
            return;
        }
        Map<String, String> values = UserForm.values(posted);
        if (values.equals(UserForm.values(seen))) {
            visit.goOn(UsersPage.address(seen), "unchanged");
            return;
        }
        try {
            if (changes.change(
                            seen, UserForm.patch(values), visit.administrator().name())
                    .isPresent()) {
                visit.goOn(UsersPage.address(seen), "changed");
            } else {
                users.stale(visit, users.find(seen.owner().subject().value()));
            }
        } catch (LastAdministratorException refused) {
            users.last(visit, seen);
        } catch (IllegalArgumentException refused) {
            show(visit, 422, seen, values, Optional.of(Problem.of(refused)));
        }
    }
}

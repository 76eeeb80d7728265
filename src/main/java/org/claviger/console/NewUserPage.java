package org.claviger.console;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.claviger.admin.TakenException;
import org.claviger.admin.UserChanges;
import org.claviger.console.FormHtml.Problem;
import org.claviger.oauth.OAuthException;

/** Registers a user, who chooses a password by a code. */
final class NewUserPage implements ConsolePage {
    private final UserChanges changes;

    NewUserPage(UserChanges changes) {
        this.changes = changes;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        visit.requireChange();
        show(visit, 200, "", Map.of(), Optional.empty());
    }

    private static void show(
            Visit visit, int status, String username, Map<String, String> values, Optional<Problem> problem)
            throws IOException {
        FormHtml form = new FormHtml(visit, "user-new", problem)
                .text("username", visit.text("console.user.username"), username, "maxlength", "255", "required", "");
        UserForm.fields(visit, form, values);
        visit.send(
                status,
                visit.text("console.user.new"),
                new Html()
                        .element("p", visit.text("console.user.new-password"))
                        .open("div", "class", "narrow")
                        .add(form.submit(visit.text("console.user.create")))
                        .close("div"));
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        String username = posted.text("username");
        Map<String, String> values = UserForm.values(posted);
        JsonObject entry = Json.createObjectBuilder(UserForm.patch(values))
                .add("username", username)
                .build();
        try {
            // A merge patch of nothing: what is null in it is not there.
            visit.goOn(
                    UsersPage.address(changes.create(
                            Json.createMergePatch(entry)
                                    .apply(JsonValue.EMPTY_JSON_OBJECT)
                                    .asJsonObject(),
                            visit.administrator().name())),
                    "created");
        } catch (TakenException taken) {
            show(visit, 409, username, values, Optional.of(Problem.of(taken)));
        } catch (IllegalArgumentException refused) {
            show(visit, 422, username, values, Optional.of(Problem.of(refused)));
        }
    }
}

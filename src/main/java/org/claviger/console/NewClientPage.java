package org.claviger.console;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.claviger.admin.ClientChanges;
import org.claviger.admin.TakenException;
import org.claviger.console.FormHtml.Problem;
import org.claviger.live.LiveSettings;
import org.claviger.oauth.OAuthException;

/** Registers a client. */
final class NewClientPage implements ConsolePage {
    private static final JsonObject NEW = Json.createObjectBuilder()
            .add(
                    "grant_types",
                    Json.createArrayBuilder().add("authorization_code").add("refresh_token"))
            .build();

    private final ClientChanges changes;
    private final LiveSettings settings;

    NewClientPage(ClientChanges changes, LiveSettings settings) {
        this.changes = changes;
        this.settings = settings;
    }

    @Override
    public void show(Visit visit) throws OAuthException, IOException {
        visit.requireChange();
        show(visit, 200, "", ClientForm.values(NEW), Optional.empty());
    }

    private void show(Visit visit, int status, String id, Map<String, String> values, Optional<Problem> problem)
            throws IOException {
        FormHtml form = new FormHtml(visit, "client-new", problem)
                .text("client_id", visit.text("console.client.client_id"), id, "maxlength", "255", "required", "");
        ClientForm.fields(visit, form, values, settings.get().classifications().names());
        visit.send(
                status,
                visit.text("console.client.new"),
                new Html()
                        .open("div", "class", "narrow")
                        .add(form.submit(visit.text("console.client.create")))
                        .close("div"));
    }

    @Override
    public void act(Visit visit, Posted posted) throws OAuthException, IOException {
        String id = posted.text("client_id");
        Map<String, String> values = ClientForm.values(posted);
        JsonObject entry = Json.createObjectBuilder(ClientForm.patch(Map.of("refresh_token_leeway", ""), values))
                .add("client_id", id)
                .add("grant_types", ClientForm.checkedGrantTypes(values))
                .build();
        try {
            // A merge patch of nothing: what is null in it is not there.
            ClientChanges.Made made = changes.create(
                    Json.createMergePatch(entry)
                            .apply(JsonValue.EMPTY_JSON_OBJECT)
                            .asJsonObject(),
                    visit.administrator().name());
            ClientPage.made(visit, made, "created");
        } catch (TakenException taken) {
            show(visit, 409, id, values, Optional.of(Problem.of(taken)));
        } catch (IllegalArgumentException refused) {
            show(visit, 422, id, values, Optional.of(Problem.of(refused)));
        }
    }
}

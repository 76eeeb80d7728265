package org.claviger.setup;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.claviger.client.Clients;
import org.claviger.client.NewClient;
import org.claviger.identity.NewResourceOwner;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.ResourceOwners;
import org.claviger.settings.JsonFile;
import org.claviger.settings.JsonMembers;

/**
 * Reads the import file as a whole; {@code docs/import.schema.json} describes it. Every refusal is an
 * {@link IllegalArgumentException} whose message is a JSON pointer and what was expected there.
 */
final class ImportFile {
    private final Clients clients;
    private final ResourceOwners resourceOwners;
    private final Map<String, String> environment;
    private final Set<String> classifications;
    private final PasswordPolicy policy;

    ImportFile(
            Clients clients,
            ResourceOwners resourceOwners,
            Map<String, String> environment,
            Set<String> classifications,
            PasswordPolicy policy) {
        this.clients = clients;
        this.resourceOwners = resourceOwners;
        this.environment = environment;
        this.classifications = classifications;
        this.policy = policy;
    }

    /** The entries of the file, all of them valid in themselves. */
    List<ImportEntry> read(Path file) throws IOException {
        JsonMembers members = new JsonMembers(JsonFile.read(file), "");
        List<ImportEntry> clientEntries = entries(members.objects("clients"), "/clients/", this::client);
        List<ImportEntry> userEntries = entries(members.objects("users"), "/users/", this::user);
        members.text("$schema"); // for the editor in which the file is written
        members.refuseOthers();
        refuseConfusion(clientEntries, userEntries);
        return Stream.concat(clientEntries.stream(), userEntries.stream()).toList();
    }

    private static List<ImportEntry> entries(
            List<JsonObject> objects, String list, BiFunction<JsonObject, String, ImportEntry> reading) {
        List<ImportEntry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonObject object : objects) {
            ImportEntry entry = reading.apply(object, list + entries.size());
            if (!names.add(entry.name())) {
                throw refuse(entry, "stands in the file twice");
            }
            entries.add(entry);
        }
        return entries;
    }

    private ImportEntry client(JsonObject written, String pointer) {
        JsonObject entry = withSecret(written, "client_secret", pointer);
        NewClient client = NewClient.parse(entry, pointer);
        return ImportEntry.of(
                "client",
                client.id().value(),
                pointer + "/client_id",
                entry,
                () -> client.requireClassification(pointer, classifications),
                () -> clients.registration(client));
    }

    private ImportEntry user(JsonObject written, String pointer) {
        JsonObject entry = withSecret(written, "password", pointer);
        NewResourceOwner owner = NewResourceOwner.parse(entry, pointer);
        return ImportEntry.of(
                "user",
                owner.username(),
                pointer + "/username",
                entry,
                () -> policy.objection(owner).ifPresent(objection -> {
                    throw new IllegalArgumentException(pointer + "/password: " + objection);
                }),
                () -> resourceOwners.registration(owner));
    }

    /** The entry with the text that its secret stands for, where that is {@code {"env": "NAME"}}. */
    private JsonObject withSecret(JsonObject entry, String member, String pointer) {
        if (!(entry.get(member) instanceof JsonObject reference)) {
            return entry;
        }
        JsonMembers members = new JsonMembers(reference, pointer + "/" + member);
        String variable = members.require("env");
        members.refuseOthers();
        String secret = environment.getOrDefault(variable, "");
        if (secret.isEmpty()) {
            throw members.refuse("env", "the environment variable " + variable + " is missing or empty");
        }
        return Json.createObjectBuilder(entry).add(member, secret).build();
    }

    /** RFC 9068 section 5: a client must not be taken for a user, nor a user for a client. */
    private static void refuseConfusion(List<ImportEntry> clientEntries, List<ImportEntry> userEntries) {
        Set<String> usernames = new HashSet<>();
        userEntries.forEach(user -> usernames.add(user.name()));
        clientEntries.stream()
                .filter(client -> usernames.contains(client.name()))
                .findFirst()
                .ifPresent(client -> {
                    throw refuse(client, "is the name of a user too");
                });
    }

    static IllegalArgumentException refuse(ImportEntry entry, String expected) {
        return new IllegalArgumentException(entry.pointer() + ": " + expected);
    }
}

package org.claviger;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.stream.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Clients;
import org.claviger.database.Database;
import org.claviger.identity.ResourceOwners;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.settings.JsonMembers;
import org.claviger.settings.SettingsException;

/**
 * Imports clients and users from the file that {@code claviger.import} names. An entry that has not changed since it was last
 * applied is skipped, so a restart undoes nothing; what is not in the file stays.
 */
final class Import {
    private static final String KEY = "claviger.import";

    private final Database database;
    private final MacKeys macKeys;
    private final Clients clients;
    private final ResourceOwners resourceOwners;

    Import(Database database, MacKeys macKeys, Clients clients, ResourceOwners resourceOwners) {
        this.database = database;
        this.macKeys = macKeys;
        this.clients = clients;
        this.resourceOwners = resourceOwners;
    }

    /** Imports the file; throws {@link SettingsException} naming the file, the place in it and what was expected there. */
    void read(String file) {
        try (JsonParser parser = Json.createParser(Files.newBufferedReader(Path.of(file)))) {
            JsonMembers members = new JsonMembers(readObject(parser), "");
            List<JsonObject> clientEntries = members.objects("clients");
            List<JsonObject> userEntries = members.objects("users");
            members.refuseOthers();
            refuseRepeated(clientEntries, userEntries);
            apply("client", "clients", "client_id", clientEntries, clients::register);
            apply("user", "users", "username", userEntries, resourceOwners::register);
        } catch (IOException | InvalidPathException unreadable) {
            throw new SettingsException(KEY, "the file " + file + " cannot be read", unreadable);
        } catch (JsonException | IllegalArgumentException unusable) {
            throw new SettingsException(KEY, file + " " + unusable.getMessage(), unusable);
        }
    }

    private static JsonObject readObject(JsonParser parser) {
        if (!parser.hasNext() || parser.next() != JsonParser.Event.START_OBJECT) {
            throw new IllegalArgumentException("must be a JSON object");
        }
        JsonObject object = parser.getObject();
        if (parser.hasNext()) {
            throw new IllegalArgumentException("must be one JSON object and nothing after it");
        }
        return object;
    }

    /** No name twice; a client and a user of one name could be taken for each other too (RFC 9700 section 4.15). */
    private static void refuseRepeated(List<JsonObject> clientEntries, List<JsonObject> userEntries) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < clientEntries.size(); i++) {
            JsonMembers entry = new JsonMembers(clientEntries.get(i), "/clients/" + i);
            if (!names.add(entry.require("client_id"))) {
                throw entry.refuse("client_id", "stands here twice");
            }
        }
        for (int i = 0; i < userEntries.size(); i++) {
            JsonMembers entry = new JsonMembers(userEntries.get(i), "/users/" + i);
            if (!names.add(entry.require("username"))) {
                throw entry.refuse("username", "stands here twice, or is that of a client");
            }
        }
    }

    @FunctionalInterface
    private interface Registration {
        void register(JsonObject entry, String pointer);
    }

    private void apply(
            String kind, String listName, String nameMember, List<JsonObject> entries, Registration registration) {
        for (int i = 0; i < entries.size(); i++) {
            JsonObject entry = entries.get(i);
            String pointer = "/" + listName + "/" + i;
            String name = new JsonMembers(entry, pointer).require(nameMember);
            String content = kind + "\n" + entry;
            if (!macKeys.verifyVersioned(MacPurpose.IMPORT, content, appliedDigest(kind, name))) {
                registration.register(entry, pointer);
                note(kind, name, macKeys.versionedMac(MacPurpose.IMPORT, content));
                Audit.record(AuditEvent.IMPORTED, Map.of("kind", kind, "name", name));
            }
        }
    }

    private String appliedDigest(String kind, String name) {
        return database.transact(entities -> {
            ImportEntryRow row = entities.find(ImportEntryRow.class, new ImportEntryRow.Key(kind, name));
            return row == null ? "" : row.digest;
        });
    }

    private void note(String kind, String name, String digest) {
        ImportEntryRow row = new ImportEntryRow();
        row.kind = kind;
        row.name = name;
        row.digest = digest;
        database.changeAlone(entities -> entities.merge(row));
    }
}

package org.claviger;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
        try (JsonReader reader = Json.createReader(Files.newBufferedReader(Path.of(file)))) {
            JsonMembers members = new JsonMembers(reader.readObject(), "");
            List<JsonObject> clientEntries = members.objects("clients");
            List<JsonObject> userEntries = members.objects("users");
            members.refuseOthers();
            apply("client", "clients", "client_id", clientEntries, clients::register);
            apply("user", "users", "username", userEntries, resourceOwners::register);
        } catch (IOException | InvalidPathException unreadable) {
            throw new SettingsException(KEY, "the file " + file + " cannot be read", unreadable);
        } catch (JsonException | IllegalArgumentException unusable) {
            throw new SettingsException(KEY, file + " " + unusable.getMessage(), unusable);
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
        database.change(entities -> entities.merge(row));
    }
}

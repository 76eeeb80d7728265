package org.claviger.setup;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.claviger.database.Database;

/**
 * An entry of the import file that is valid.
 *
 * @param kind {@code client} or {@code user}
 * @param name unique among those of its kind
 * @param pointer to what names it in the file
 * @param content all that it says, secrets in clear, whatever the order of its members: what its digest is made of
 * @param check refuses what does not fit this installation as it is now: asked of an entry that is to be applied, for what was
 *     applied once is no reason not to start
 * @param preparation hashes and MACs what has to be, and answers the SQL that applies the entry
 */
record ImportEntry(
        String kind,
        String name,
        String pointer,
        String content,
        Runnable check,
        Supplier<Database.Change<RuntimeException>> preparation) {
    static ImportEntry of(
            String kind,
            String name,
            String pointer,
            JsonObject entry,
            Runnable check,
            Supplier<Database.Change<RuntimeException>> preparation) {
        String sorted = Json.createObjectBuilder(new TreeMap<>(entry)).build().toString();
        return new ImportEntry(kind, name, pointer, kind + "\n" + sorted, check, preparation);
    }

    ImportEntryRow.Key key() {
        return new ImportEntryRow.Key(kind, name);
    }

    @Override
    public String toString() {
        return "ImportEntry[" + kind + " " + name + "]";
    }
}

package org.claviger.setup;

import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Clients;
import org.claviger.database.Database;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.ResourceOwners;
import org.claviger.key.MacKeys;
import org.claviger.key.MacPurpose;
import org.claviger.settings.SettingsException;

/**
 * Imports clients and users from the file that {@code claviger.import} names. An entry that has not changed since it was last
 * applied is skipped, so a restart undoes nothing; what is not in the file stays. Of several nodes that start together one applies
 * an entry.
 */
public final class Import {
    private static final String KEY = "claviger.import";

    private final Database database;
    private final MacKeys macKeys;
    private final Clients clients;
    private final ResourceOwners resourceOwners;
    private final ImportFile file;

    /**
     * Imports with what is there already.
     *
     * @param environment where secrets may stand that the file only names
     * @param classifications those that clients may name
     * @param policy what new passwords of users must be
     */
    public Import(
            Database database,
            MacKeys macKeys,
            Clients clients,
            ResourceOwners resourceOwners,
            Map<String, String> environment,
            Set<String> classifications,
            PasswordPolicy policy) {
        this.database = database;
        this.macKeys = macKeys;
        this.clients = clients;
        this.resourceOwners = resourceOwners;
        this.file = new ImportFile(clients, resourceOwners, environment, classifications, policy);
    }

    /**
     * Imports the file.
     *
     * @throws SettingsException naming the file, the place in it and what was expected there; nothing has changed then
     */
    public void read(String path) {
        try {
            List<ImportEntry> changed = file.read(Path.of(path)).stream()
                    .filter(entry -> !isDigest(appliedDigest(entry), entry))
                    .toList();
            clients.refresh();
            changed.forEach(entry -> entry.check().run());
            changed.forEach(this::refuseConfusion);
            changed.forEach(this::apply);
        } catch (IOException | InvalidPathException unreadable) {
            throw new SettingsException(KEY, "the file " + path + " cannot be read", unreadable);
        } catch (IllegalArgumentException unusable) {
            throw new SettingsException(KEY, path + " " + unusable.getMessage(), unusable);
        }
    }

    /** RFC 9068 section 5: neither is taken for the other, whatever was there before this file. */
    private void refuseConfusion(ImportEntry entry) {
        if (entry.kind().equals("client")
                && database.transact(entities -> resourceOwners.isNameTaken(entities, entry.name()))) {
            throw ImportFile.refuse(entry, "is the name of a user");
        }
        if (entry.kind().equals("user") && clients.isRegistered(entry.name())) {
            throw ImportFile.refuse(entry, "is the client_id of a client");
        }
        if (entry.kind().equals("user") && resourceOwners.isLinked(entry.name())) {
            throw ImportFile.refuse(entry, "is the name of somebody of another store (claviger.identity-store)");
        }
    }

    /** Applies the entry unless another node, which has the same in its file, comes first. */
    private void apply(ImportEntry entry) {
        Database.Change<RuntimeException> change = entry.preparation().get();
        String digest = macKeys.versionedMac(MacPurpose.IMPORT, entry.content());
        for (String seen = appliedDigest(entry); !isDigest(seen, entry); seen = appliedDigest(entry)) {
            if (seen.isEmpty()) {
                insertEmptyDigest(entry);
            }
            if (replaceDigest(entry, seen, digest, change)) {
                return;
            }
        }
    }

    /** Nodes that start together all come here; that the row is there already is no error to be logged. */
    private void insertEmptyDigest(ImportEntry entry) {
        database.change(entities -> entities.createQuery(
                        "insert into ImportEntryRow (kind, name, digest) values (:kind, :name, '') on conflict do nothing")
                .setParameter("kind", entry.kind())
                .setParameter("name", entry.name())
                .executeUpdate());
    }

    /** One conditional update decides, and what it decides about is in the same transaction. */
    private boolean replaceDigest(
            ImportEntry entry, String seen, String digest, Database.Change<RuntimeException> change) {
        return database.transact(entities -> {
            int replaced = entities.createQuery("update ImportEntryRow set digest = :digest"
                            + " where kind = :kind and name = :name and digest = :seen")
                    .setParameter("digest", digest)
                    .setParameter("kind", entry.kind())
                    .setParameter("name", entry.name())
                    .setParameter("seen", seen)
                    .executeUpdate();
            if (replaced == 1) {
                change.in(entities);
                account(entities, entry);
            }
            return replaced == 1;
        });
    }

    private void account(EntityManager entities, ImportEntry entry) {
        Map<String, Object> details = new HashMap<>(Map.of("kind", entry.kind(), "name", entry.name()));
        if (entry.kind().equals("client")) {
            details.put("client", entry.name());
        } else {
            resourceOwners.findSubject(entities, entry.name()).ifPresent(subject -> details.put("subject", subject));
        }
        Audit.write(entities, AuditEvent.IMPORTED, details);
    }

    private boolean isDigest(String digest, ImportEntry entry) {
        return macKeys.verifyVersioned(MacPurpose.IMPORT, entry.content(), digest);
    }

    private String appliedDigest(ImportEntry entry) {
        return database.transact(entities -> {
            ImportEntryRow row = entities.find(ImportEntryRow.class, entry.key());
            return row == null ? "" : row.digest;
        });
    }
}

package org.claviger.identity;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.claviger.database.Database;
import org.claviger.oauth.Subject;
import org.jspecify.annotations.Nullable;

/** A user and the hash of the password. */
@Entity
@Table(name = "resource_owner")
class ResourceOwnerRow {
    @Id
    String subject = "";

    String username = "";
    String passwordHash = "";

    @Nullable
    String fullName;

    @Nullable
    String email;

    /** Where somebody is who is not of the database, what identifies them there, and when that was asked last. */
    @Nullable
    String store;

    @Nullable
    String storeId;

    @Nullable
    Instant confirmedAt;

    boolean enabled = true;

    /** Another after each change of what administrators see. */
    long edition;

    @ElementCollection
    @CollectionTable(name = "resource_owner_group", joinColumns = @JoinColumn(name = "subject"))
    @Column(name = "group_name")
    Set<String> groups = new HashSet<>();

    void advance(EntityManager entities) {
        edition = Database.next(entities, "resource_owner_edition");
    }

    ResourceOwner toResourceOwner() {
        return new ResourceOwner(
                new Subject(subject),
                username,
                Optional.ofNullable(fullName),
                Optional.ofNullable(email),
                Set.copyOf(groups),
                Optional.ofNullable(store));
    }
}

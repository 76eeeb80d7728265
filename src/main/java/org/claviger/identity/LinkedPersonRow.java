package org.claviger.identity;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;

/** Whom of ours a person of another store is. */
@Entity
@Table(name = "linked_person")
@IdClass(LinkedPersonRow.Key.class)
class LinkedPersonRow {
    @Id
    String store = "";

    @Id
    String storeId = "";

    String subject = "";

    /** What never changes of a person over there. */
    record Key(String store, String storeId) implements Serializable {}
}

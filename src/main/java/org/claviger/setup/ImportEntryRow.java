package org.claviger.setup;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;

/** An entry of the import file as it was when it was last applied: a keyed digest, empty before the first time. */
@Entity
@Table(name = "import_entry")
@IdClass(ImportEntryRow.Key.class)
class ImportEntryRow {
    @Id
    String kind = "";

    @Id
    String name = "";

    String digest = "";

    record Key(String kind, String name) {}
}

package org.claviger.database;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** Counts the changes to one kind of record, so that other nodes see that they must read again. */
@Entity
@Table(name = "version_number")
class VersionNumberRow {
    @Id
    String name = "";

    long number;
}

package org.claviger.database;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** Something that nodes have to read again. Its topic is text, so that a node can pass over one that only a later version knows. */
@Entity
@Table(name = "change")
class ChangeRow {
    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    long number;

    String topic = "";
    String name = "";
    Instant writtenAt = Instant.EPOCH;
}

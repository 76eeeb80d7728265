package org.claviger.audit;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;

/** How often something happened within a minute, on all nodes. */
@Entity
@Table(name = "audit_count")
@IdClass(AuditCountRow.Key.class)
class AuditCountRow {
    /** Minutes since the epoch. */
    @Id
    long epochMinute;

    @Id
    String event = "";

    /** Of a registered client, otherwise empty. */
    @Id
    String clientId = "";

    @Id
    String reason = "";

    long times;

    record Key(long epochMinute, String event, String clientId, String reason) {}
}

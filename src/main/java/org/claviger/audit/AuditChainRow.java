package org.claviger.audit;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** An end of the chain. */
@Entity
@Table(name = "audit_chain")
class AuditChainRow {
    @Id
    String name = "";

    long chainPosition;

    /** That of the row at this position, which may be gone. */
    String mac = "";

    /** A MAC of these three, with the version of its key in front. */
    String seal = "";
}

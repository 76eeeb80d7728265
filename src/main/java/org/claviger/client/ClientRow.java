package org.claviger.client;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A client: its metadata as JSON, and the MAC of its secret if it has one. */
@Entity
@Table(name = "client")
class ClientRow {
    @Id
    String clientId = "";

    String metadata = "";

    @Nullable
    String secretMac;

    @Nullable
    Integer secretMacKeyVersion;

    boolean enabled = true;
}

package org.claviger.authorize;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.time.Instant;

/** What a resource owner has allowed a client. */
@Entity
@Table(name = "consent")
@IdClass(ConsentRow.Key.class)
class ConsentRow {
    @Id
    String subject = "";

    @Id
    String clientId = "";

    String scope = "";
    Instant allowedAt = Instant.EPOCH;

    record Key(String subject, String clientId) {}
}

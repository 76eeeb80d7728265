package org.claviger.oauth;

import java.time.Instant;

/**
 * What a resource owner granted to a client.
 *
 * @param family the tokens that descend from it
 * @param scope the most that any of those tokens may carry
 * @param authTime when the resource owner signed in (the {@code auth_time} claim, RFC 9068 section 2.2.1)
 */
public record Authorization(FamilyId family, ClientId client, Subject subject, Scope scope, Instant authTime) {
    /** The same authorization for less (RFC 6749 section 6: the scope of a refresh can only narrow). */
    public Authorization withScope(Scope narrowed) {
        return new Authorization(family, client, subject, narrowed, authTime);
    }
}

package org.claviger.token;

import org.claviger.oauth.FamilyId;
import org.claviger.oauth.Scope;

/**
 * An access token that was issued.
 *
 * @param value the JWT: a credential
 * @param expiresIn seconds
 */
public record AccessToken(String value, long expiresIn, Scope scope, FamilyId family) {
    @Override
    public String toString() {
        return "AccessToken[family=" + family + "]";
    }
}

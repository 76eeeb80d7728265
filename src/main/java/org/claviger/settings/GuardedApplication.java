package org.claviger.settings;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.Scope;

/**
 * What the guard holds for one application of the server.
 *
 * @param audience whom tokens must be for (RFC 7519 section 4.1.3)
 * @param requiredScope what every token must have that is shown there; empty for nothing
 * @param roleClaim the claim whose texts are the roles of a caller
 * @param roleMapping further roles that such a text stands for
 * @param browserClient the client as which browsers get a session there; empty where only bearer tokens count
 */
public record GuardedApplication(
        String audience,
        Scope requiredScope,
        String roleClaim,
        Map<String, Set<String>> roleMapping,
        Optional<ClientId> browserClient) {
    /** One that knows bearer tokens only. */
    public GuardedApplication(
            String audience, Scope requiredScope, String roleClaim, Map<String, Set<String>> roleMapping) {
        this(audience, requiredScope, roleClaim, roleMapping, Optional.empty());
    }

    /** The roles of who has these groups: the groups themselves, and those that they stand for. */
    public Set<String> roles(Collection<String> groups) {
        Set<String> roles = new LinkedHashSet<>(groups);
        if (!roleMapping.isEmpty()) {
            groups.forEach(group -> roles.addAll(roleMapping.getOrDefault(group, Set.of())));
        }
        return roles;
    }
}

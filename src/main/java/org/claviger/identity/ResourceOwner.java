package org.claviger.identity;

import java.util.Optional;
import java.util.Set;
import org.claviger.oauth.Subject;

/**
 * A user.
 *
 * @param subject random, never changes, is never given again
 * @param username what the user signs in with (the {@code upn} claim); may change
 * @param groups all of them, the reserved {@code claviger-…} ones too
 * @param store where the user is, if that is not the database: there are the password, the name and the groups
 */
public record ResourceOwner(
        Subject subject,
        String username,
        Optional<String> name,
        Optional<String> email,
        Set<String> groups,
        Optional<String> store) {
    /** The group whose members may administer Claviger. */
    public static final String ADMIN_GROUP = "claviger-admin";

    /** How the names of the groups begin that open Claviger itself and never stand in a token. */
    public static final String RESERVED_GROUPS = "claviger-";

    /** A user of the database. */
    public ResourceOwner(
            Subject subject, String username, Optional<String> name, Optional<String> email, Set<String> groups) {
        this(subject, username, name, email, groups, Optional.empty());
    }

    public boolean isAdministrator() {
        return groups.contains(ADMIN_GROUP);
    }
}

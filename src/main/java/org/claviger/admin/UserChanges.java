package org.claviger.admin;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import org.claviger.authorize.Consents;
import org.claviger.client.Registrations;
import org.claviger.identity.Accounts;
import org.claviger.identity.Accounts.Account;
import org.claviger.identity.LastAdministratorException;
import org.claviger.identity.NewResourceOwner;
import org.claviger.identity.PasswordResets;
import org.claviger.oauth.ClientId;
import org.claviger.settings.JsonMembers;

/**
 * What administrators do to users, the same by the interface and by the console: vetted, and written with who did it if nobody has
 * changed what it rests on.
 */
public final class UserChanges {
    private final Accounts accounts;
    private final PasswordResets resets;
    private final Consents consents;
    private final Registrations registrations;

    public UserChanges(Accounts accounts, PasswordResets resets, Consents consents, Registrations registrations) {
        this.accounts = accounts;
        this.resets = resets;
        this.consents = consents;
        this.registrations = registrations;
    }

    /**
     * Registers a user, who can sign in after choosing a password.
     *
     * @throws IllegalArgumentException with the JSON pointer to what does not fit
     * @throws TakenException if a user or a client has that name
     */
    public Account create(JsonObject entry, String by) throws TakenException {
        NewResourceOwner owner = NewResourceOwner.withoutPassword(entry);
        // RFC 9068 section 5: a user must not be taken for a client.
        if (ClientId.find(owner.username()).flatMap(registrations::find).isPresent()) {
            throw new TakenException("/username", "is the client_id of a client");
        }
        return accounts.create(owner, by).orElseThrow(() -> new TakenException("/username", "is taken"));
    }

    /**
     * Changes name, e-mail address or groups by a JSON merge patch (RFC 7396).
     *
     * @return empty if somebody else was first
     * @throws IllegalArgumentException with the JSON pointer to what does not fit
     */
    public Optional<Account> change(Account seen, JsonObject patch, String by) throws LastAdministratorException {
        String store = seen.owner().store().orElse("");
        if (!store.isEmpty()) {
            throw new JsonMembers(patch, "").refuse("username", "is somebody of " + store + ", and is changed there");
        }
        JsonObject profile = Json.createMergePatch(patch).apply(seen.profile()).asJsonObject();
        NewResourceOwner after = NewResourceOwner.withoutPassword(profile);
        if (!after.username().equals(seen.owner().username())) {
            throw new JsonMembers(profile, "").refuse("username", "cannot be changed");
        }
        return accounts.change(seen, after, by);
    }

    /** Lets a user sign in again, or no more; then everything ends at once. Empty if somebody else was first. */
    public Optional<Account> enable(Account seen, boolean enabled, String by) throws LastAdministratorException {
        return accounts.enable(seen, enabled, by);
    }

    /** A one-time code with which a user who is enabled chooses a password: a credential. Empty if somebody else was first. */
    public Optional<PasswordResets.Code> resetPassword(Account seen, String by) {
        return resets.issue(seen, by);
    }

    /** Removes a user, and ends everything; what the user has allowed is forgotten. Not if somebody else was first. */
    public boolean delete(Account seen, String by) throws LastAdministratorException {
        return accounts.delete(seen, consents.withdrawal(seen.owner().subject()), by);
    }
}

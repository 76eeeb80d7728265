package org.claviger.console;

import java.util.Map;
import org.claviger.admin.ClientChanges;
import org.claviger.admin.SessionChanges;
import org.claviger.admin.UserChanges;
import org.claviger.audit.AuditChain;
import org.claviger.audit.AuditLog;
import org.claviger.audit.Statistics;
import org.claviger.client.Registrations;
import org.claviger.identity.Accounts;
import org.claviger.identity.PasswordResets;
import org.claviger.identity.SignInSessions;
import org.claviger.key.SigningKeys;
import org.claviger.live.LiveSettings;
import org.claviger.refresh.TokenFamilies;

/** What the console shows and changes. */
public record ConsoleParts(
        Clients clients,
        Users users,
        Sessions sessions,
        SigningKeys keys,
        LiveSettings settings,
        Statistics statistics,
        AuditLog audit,
        AuditChain chain) {
    /** The registered clients. */
    public record Clients(Registrations registrations, ClientChanges changes) {}

    /** The users, and the codes by which they choose passwords. */
    public record Users(Accounts accounts, PasswordResets resets, UserChanges changes) {}

    /** What lives of a user or a client. */
    public record Sessions(TokenFamilies families, SignInSessions signIns, SessionChanges changes) {}

    /** The pages by their names, which are their addresses. */
    Map<String, ConsolePage> pages() {
        ClientPage client = new ClientPage(clients.registrations, clients.changes);
        UserPage user = new UserPage(users.accounts, users.resets, users.changes);
        return Map.ofEntries(
                Map.entry("", new DashboardPage(statistics, keys)),
                Map.entry("audit", new AuditPage(audit)),
                Map.entry("audit-verification", new VerificationPage(chain)),
                Map.entry("clients", new ClientsPage(clients.registrations)),
                Map.entry("client", client),
                Map.entry("client-new", new NewClientPage(clients.changes, settings)),
                Map.entry("client-change", new ChangeClientPage(client, clients.changes, settings)),
                Map.entry("users", new UsersPage(users.accounts)),
                Map.entry("user", user),
                Map.entry("user-new", new NewUserPage(users.changes)),
                Map.entry("user-change", new ChangeUserPage(user, users.changes)),
                Map.entry(
                        "sessions",
                        new SessionsPage(
                                sessions.families,
                                sessions.signIns,
                                users.accounts,
                                clients.registrations,
                                sessions.changes)),
                Map.entry("keys", new KeysConsolePage(keys)),
                Map.entry("settings", new SettingsPage(settings)),
                Map.entry("setting", new SettingPage(settings)));
    }
}

package org.claviger.setup;

import jakarta.persistence.EntityManager;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.client.Clients;
import org.claviger.database.Cleanup.Expiring;
import org.claviger.database.Database;
import org.claviger.identity.NewResourceOwner;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.ResourceOwners;
import org.claviger.oauth.Subject;
import org.claviger.settings.AdministratorSettings;
import org.claviger.settings.RandomTokens;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.jspecify.annotations.Nullable;

/**
 * How an installation that nobody administers gets its first administrator: from the settings, or from whoever can read a file
 * on the server. That file holds a code of 256 bits for the page {@code <issuer>/setup}, which is good for 15 minutes and once, on any
 * node: the database knows its hash. There is no default password.
 */
public final class FirstAdministrator {
    public static final Expiring EXPIRING =
            new Expiring("SetupCodeRow", "codeHash", "e.expiresAt <= :then", Duration.ZERO);

    static final Duration CODE_LIFETIME = Duration.ofMinutes(15);

    private static final System.Logger LOG = System.getLogger("org.claviger");

    private final Settings settings;
    private final Database database;
    private final Clients clients;
    private final ResourceOwners resourceOwners;
    private final RandomTokens tokens;
    private final Clock clock;
    private final CodeFile file;
    private final PasswordPolicy policy;

    /** Until when the code is good that this node has written, if there is one. */
    private volatile @Nullable Instant writtenUntil;

    public FirstAdministrator(
            Settings settings,
            Database database,
            Clients clients,
            ResourceOwners resourceOwners,
            RandomTokens tokens,
            Clock clock) {
        this.settings = settings;
        this.database = database;
        this.clients = clients;
        this.resourceOwners = resourceOwners;
        this.tokens = tokens;
        this.clock = clock;
        this.file = new CodeFile(settings.dataDirectory());
        this.policy = new PasswordPolicy(() -> settings);
    }

    /** What came of an attempt to become the first administrator. */
    enum Outcome {
        DONE,
        CODE_REFUSED,
        NAME_TAKEN
    }

    /**
     * Called at each start, when the import is done.
     *
     * @throws SettingsException if the settings name an administrator who cannot be
     */
    public void provide() {
        Optional<AdministratorSettings> configured = settings.administrator();
        configured.ifPresent(this::create);
        boolean administered = database.transact(resourceOwners::hasAdministrator);
        if (configured.isPresent() && !administered) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-0304 nobody administers this installation: the user that {0} names was there before,"
                            + " and is disabled or not a member of claviger-admin",
                    AdministratorSettings.USERNAME_KEY);
        }
        if (configured.isPresent() || administered) {
            deleteFile();
        } else {
            writeCode();
        }
    }

    private void create(AdministratorSettings configured) {
        NewResourceOwner administrator = administrator(configured);
        if (database.transact(entities -> resourceOwners.isNameTaken(entities, administrator.username()))) {
            return;
        }
        policy.objection(administrator).ifPresent(objection -> {
            throw new SettingsException(AdministratorSettings.PASSWORD_KEY, objection);
        });
        if (clients.isRegistered(administrator.username())) {
            throw new SettingsException(AdministratorSettings.USERNAME_KEY, "is the client_id of a client");
        }
        resourceOwners.registerIfAbsent(
                administrator, entities -> account(entities, administrator.username(), "the settings"));
    }

    private void account(EntityManager entities, String username, String by) {
        Subject subject = resourceOwners.findSubject(entities, username).orElseThrow();
        Audit.write(entities, AuditEvent.ADMINISTRATOR_CREATED, Map.of("name", username, "subject", subject, "by", by));
    }

    private static NewResourceOwner administrator(AdministratorSettings configured) {
        require(
                NewResourceOwner.isUsername(configured.username()),
                AdministratorSettings.USERNAME_KEY,
                NewResourceOwner.USERNAME_EXPECTED);
        configured
                .password()
                .ifPresent(password -> require(
                        NewResourceOwner.isPassword(password),
                        AdministratorSettings.PASSWORD_KEY,
                        NewResourceOwner.PASSWORD_EXPECTED));
        configured
                .passwordHash()
                .ifPresent(hash -> require(
                        NewResourceOwner.isPasswordHash(hash),
                        AdministratorSettings.PASSWORD_HASH_KEY,
                        NewResourceOwner.PASSWORD_HASH_EXPECTED));
        return NewResourceOwner.administrator(
                configured.username(),
                configured
                        .password()
                        .<NewResourceOwner.Credential>map(NewResourceOwner.Password::new)
                        .orElseGet(() -> new NewResourceOwner.Hash(
                                configured.passwordHash().orElseThrow())));
    }

    private static void require(boolean valid, String key, String expected) {
        if (!valid) {
            throw new SettingsException(key, expected);
        }
    }

    private void writeCode() {
        String code = tokens.secret();
        Instant expiresAt = now().plus(CODE_LIFETIME);
        try {
            file.write(text(code, expiresAt));
        } catch (IOException unwritable) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-0302 nobody administers this installation yet, and {0} cannot be written ({1});"
                            + " set claviger.data-directory, or claviger.admin.username, and restart",
                    file,
                    unwritable);
            return;
        }
        SetupCodeRow row = new SetupCodeRow();
        row.codeHash = RandomTokens.hash(code);
        row.expiresAt = expiresAt;
        database.change(entities -> {
            entities.createQuery("delete from SetupCodeRow where expiresAt <= :now")
                    .setParameter("now", now())
                    .executeUpdate();
            entities.persist(row);
        });
        writtenUntil = expiresAt;
        LOG.log(
                Level.WARNING,
                "CLAVIGER-0301 nobody administers this installation yet; the file {0} says how to, until {1}",
                file,
                expiresAt.truncatedTo(ChronoUnit.SECONDS));
    }

    private String text(String code, Instant expiresAt) {
        return """
                Nobody administers this Claviger yet. To become its administrator, open

                    %s

                and enter this code there. It is good once, until %s.

                    %s
                """
                .formatted(settings.issuer().at("/setup"), expiresAt.truncatedTo(ChronoUnit.SECONDS), code);
    }

    /** Takes the file away when its code is not good any more; called every second, and free where there is none. */
    public void refresh() {
        Instant until = writtenUntil;
        if (until == null) {
            return;
        }
        boolean expired = !now().isBefore(until);
        if (expired) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-0303 the code in {0} has expired; a restart writes a new one if nobody administers this"
                            + " installation by then",
                    file);
        }
        if (expired || database.transact(resourceOwners::hasAdministrator)) {
            deleteFile();
        }
    }

    private void deleteFile() {
        writtenUntil = null;
        try {
            file.delete();
        } catch (IOException undeletable) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-0305 {0} cannot be deleted ({1}); its code is not good any more",
                    file,
                    undeletable);
        }
    }

    /** Whether somebody can become the first administrator now. */
    boolean isOpen() {
        return database.transact(entities ->
                entities.createQuery("select count(c) from SetupCodeRow c where c.expiresAt > :now", Long.class)
                                        .setParameter("now", now())
                                        .getSingleResult()
                                > 0
                        && !resourceOwners.hasAdministrator(entities));
    }

    /** Whether this code is good now. */
    boolean isCode(String code) {
        return database.transact(entities -> isCode(entities, code));
    }

    private boolean isCode(EntityManager entities, String code) {
        SetupCodeRow row = entities.find(SetupCodeRow.class, RandomTokens.hash(code));
        return row != null && now().isBefore(row.expiresAt);
    }

    /** Whether nobody else has this user name, neither a user nor a client. */
    boolean isFree(String username) {
        return !clients.isRegistered(username)
                && !database.transact(entities -> resourceOwners.isNameTaken(entities, username));
    }

    /** Makes the first administrator; then no code is good any more. One of several attempts at a time wins. */
    Outcome redeem(String code, String username, String password) {
        Database.Change<RuntimeException> creation = resourceOwners.creation(
                NewResourceOwner.administrator(username, new NewResourceOwner.Password(password)));
        Outcome outcome = database.transact(entities -> {
            resourceOwners.lockAdministrators(entities);
            if (resourceOwners.hasAdministrator(entities) || !isCode(entities, code)) {
                return Outcome.CODE_REFUSED;
            }
            if (resourceOwners.isNameTaken(entities, username)) {
                return Outcome.NAME_TAKEN;
            }
            entities.createQuery("delete from SetupCodeRow").executeUpdate();
            creation.in(entities);
            account(entities, username, "the code");
            return Outcome.DONE;
        });
        if (outcome == Outcome.DONE) {
            deleteFile();
        }
        return outcome;
    }

    // The database keeps microseconds; what is compared with it must not be finer.
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }
}

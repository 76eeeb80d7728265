package org.claviger.identity;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.AuthenticationException;
import javax.naming.CommunicationException;
import javax.naming.InterruptedNamingException;
import javax.naming.NamingException;
import javax.naming.NoPermissionException;
import javax.naming.PartialResultException;
import javax.naming.ServiceUnavailableException;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.LdapContext;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.IdentitySettings;
import org.claviger.settings.LdapSettings;
import org.claviger.settings.Setting;
import org.claviger.trace.Span;
import org.claviger.trace.Trace;

/**
 * People in an LDAP directory (RFC 4511): found by a user who may search, proven by a bind with their own DN (RFC 4513 section 5.1.3). Only so
 * many ask it at once, and what is wrong with it is said once.
 */
public final class LdapDirectory implements IdentityStore {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** Each is a connection of its own, and holds a thread of the server. */
    private static final int AT_ONCE = 16;

    private static final int MAX_WAITING = 8;
    private static final int PATIENCE_SECONDS = 5;
    private static final int LONGEST_REASON = 200;

    /** The result as JNDI has it (RFC 4511 section 4.1.9), and the code of Windows that Active Directory adds. */
    private static final Pattern REFUSAL =
            Pattern.compile("error code (\\d{1,9})(?:.{1,200}, data (\\p{XDigit}{1,8}),)?");

    /** The password, or the name, is what is wrong. */
    private static final String WRONG = "error code 49(.*, data 52[5e],)?";

    private final LdapSettings settings;
    private final LdapConnector connector;
    private final LdapEntries entries;
    private final Semaphore connections = new Semaphore(AT_ONCE);
    private volatile boolean away;

    /** @throws org.claviger.settings.SettingsException if the trusted certificates cannot be read */
    public LdapDirectory(IdentitySettings identity) {
        settings = identity.ldap().orElseThrow();
        connector = new LdapConnector(settings);
        entries = new LdapEntries(settings, identity.groups());
        if (settings.person().filter().equals(Setting.LDAP_USER_FILTER.byDefault())) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-1508 claviger.ldap.user-filter does not say who is disabled in the directory: they sign in no more, but renew what they have");
        }
    }

    @Override
    public String name() {
        return IdentitySettings.Store.LDAP.value();
    }

    @Override
    public Optional<Duration> recheck() {
        return Optional.of(settings.recheck());
    }

    /** Work that needs a connection of the user who searches. */
    @FunctionalInterface
    private interface Asking {
        Optional<Person> in(LdapContext directory, long end) throws NamingException, IOException;
    }

    @Override
    public Optional<Person> authenticate(String username, String password, ServerLogin server) throws OAuthException {
        if (username.isBlank() || password.isEmpty()) { // RFC 4513 section 5.1.2
            return Optional.empty();
        }
        return ask((directory, end) -> {
            Optional<SearchResult> entry = entries.search(
                            directory, settings.person().username(), username)
                    .one();
            return entry.isPresent() && isPasswordOf(entry.get().getNameInNamespace(), password, end)
                    ? entries.person(directory, entry.get())
                    : Optional.empty();
        });
    }

    @Override
    public Optional<Person> find(String id) throws OAuthException {
        Object value = settings.person().isBinaryId() ? bytes(id) : id;
        return ask((directory, end) -> {
            LdapEntries.Found found =
                    entries.search(directory, settings.person().id(), value);
            if (!found.isReadable() || (found.entries().isEmpty() && !found.isWhole())) { // gone is only who is nowhere
                throw new PartialResultException("a part of the directory has not been searched");
            }
            Optional<SearchResult> entry = found.one();
            return entry.isEmpty() ? Optional.empty() : entries.person(directory, entry.get());
        });
    }

    @Override
    public void searchInVain(String username) throws OAuthException {
        ask((directory, end) -> {
            entries.search(directory, settings.person().username(), username);
            return Optional.empty();
        });
    }

    private static byte[] bytes(String id) throws OAuthException {
        try {
            return HexFormat.of().parseHex(id);
        } catch (IllegalArgumentException other) {
            throw IdentityStore.away("claviger.ldap.id-attribute was another when this person signed in");
        }
    }

    private Optional<Person> ask(Asking asking) throws OAuthException {
        try (Span span = Trace.step("directory")) {
            try {
                return askInTurn(asking);
            } catch (OAuthException away) {
                span.failed(away.code().value());
                throw away;
            }
        }
    }

    private Optional<Person> askInTurn(Asking asking) throws OAuthException {
        try {
            // Each who waits holds a thread of the server too.
            if (connections.getQueueLength() >= MAX_WAITING
                    || !connections.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw IdentityStore.away("too many ask the directory at once");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw IdentityStore.away("the server is stopping");
        }
        long end = System.nanoTime() + connector.limit().toNanos();
        try (LdapConnector.Connection connection = connector.connect(settings.user(), settings.password(), end)) {
            Optional<Person> person = asking.in(connection.directory(), end);
            if (away) {
                away = false;
                LOG.log(Level.INFO, "CLAVIGER-1502 the directory {0} answers again", settings.urls());
            }
            return person;
        } catch (AuthenticationException | NoPermissionException refused) {
            sayOnce("CLAVIGER-1503 the directory {0} refuses claviger.ldap.user: {1}", refused);
            throw IdentityStore.away("the directory refuses the user who searches");
        } catch (NamingException | IOException fault) {
            sayOnce("CLAVIGER-1501 the directory {0} cannot be asked, and who is in it cannot sign in: {1}", fault);
            throw IdentityStore.away("the directory cannot be asked");
        } finally {
            connections.release();
        }
    }

    /** No reason holds a password; what a server says is cut. */
    private void sayOnce(String message, Exception fault) {
        if (!away) {
            Throwable root = fault;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            String reason = root.toString().replaceAll("\\p{Cntrl}", " ");
            LOG.log(
                    Level.ERROR,
                    message,
                    settings.urls(),
                    reason.substring(0, Math.min(reason.length(), LONGEST_REASON)));
        }
        away = true;
    }

    /** By a connection of its own: what this one may see is not what we may. */
    private boolean isPasswordOf(String dn, String password, long end) throws NamingException, IOException {
        try (LdapConnector.Connection bound = connector.connect(dn, password, end)) {
            return bound.directory() != null;
        } catch (CommunicationException | ServiceUnavailableException | InterruptedNamingException unanswered) {
            throw unanswered;
        } catch (NamingException refused) {
            if (refused.getClass().equals(NamingException.class)) { // no answer in time, or a fault that has no name
                throw refused;
            }
            sayWhy(dn, refused); // wrong, disabled, locked or expired: directories have codes of their own for that
            return false;
        }
    }

    /** Where it is not for the password; by codes only, for the text may be anything. */
    private static void sayWhy(String dn, NamingException refused) {
        Matcher codes = REFUSAL.matcher(Objects.toString(refused.getMessage()));
        if (!codes.find() || codes.group().matches(WRONG)) {
            return;
        }
        String name = dn.replaceAll("\\p{Cntrl}", " ");
        LOG.log(
                Level.INFO,
                "CLAVIGER-1511 the directory does not let {0} sign in: result {1}",
                name.substring(0, Math.min(name.length(), LONGEST_REASON)),
                codes.group(2) == null ? codes.group(1) : codes.group(1) + ", data " + codes.group(2));
    }
}

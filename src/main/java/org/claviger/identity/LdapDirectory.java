package org.claviger.identity;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.AuthenticationException;
import javax.naming.CommunicationException;
import javax.naming.Context;
import javax.naming.InterruptedNamingException;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.NoPermissionException;
import javax.naming.PartialResultException;
import javax.naming.ServiceUnavailableException;
import javax.naming.SizeLimitExceededException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.SearchControls;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.InitialLdapContext;
import javax.naming.ldap.LdapContext;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.StartTlsRequest;
import javax.naming.ldap.StartTlsResponse;
import javax.net.ssl.SSLSocketFactory;
import org.claviger.oauth.OAuthException;
import org.claviger.settings.IdentitySettings;
import org.claviger.settings.LdapSettings;
import org.claviger.settings.Setting;
import org.claviger.trace.Span;
import org.claviger.trace.Trace;
import org.jspecify.annotations.Nullable;

/**
 * People in an LDAP directory (RFC 4511), by the JDK's own JNDI provider: found by a user who may search, proven by a bind with
 * their own DN (RFC 4513 section 5.1.3). Names reach filters as arguments, which JNDI escapes (RFC 4515 section 3). Referrals are not followed: they would
 * take passwords to servers that nobody has named.
 */
public final class LdapDirectory implements IdentityStore {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** Each is a connection of its own, and holds a thread of the server. */
    private static final int AT_ONCE = 16;

    private static final int MAX_WAITING = 8;
    private static final int PATIENCE_SECONDS = 5;
    private static final int MOST_GROUPS = 1_000;
    private static final int LONGEST_REASON = 200;

    /** How JNDI says that what it was told is not all; a referral in place of an answer (RFC 4511 section 4.1.10) it reports by its code. */
    private static final String CONTINUATION = "Unprocessed Continuation Reference";

    /** The result as JNDI has it (RFC 4511 section 4.1.9), and the code of Windows that Active Directory adds. */
    private static final Pattern REFUSAL =
            Pattern.compile("error code (\\d{1,9})(?:.{1,200}, data (\\p{XDigit}{1,8}),)?");

    /** The password, or the name, is what is wrong. */
    private static final String WRONG = "error code 49(.*, data 52[5e],)?";

    /** The one identifier in use that is bytes. */
    private static final String BINARY_ID = "objectGUID";

    private final LdapSettings settings;
    private final Map<String, Set<String>> groups = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final SSLSocketFactory tls;
    private final Duration limit;
    private final Semaphore connections = new Semaphore(AT_ONCE);
    private volatile boolean away;

    /** @throws org.claviger.settings.SettingsException if the trusted certificates cannot be read */
    public LdapDirectory(IdentitySettings identity) {
        settings = identity.ldap().orElseThrow();
        identity.groups().forEach((theirs, ours) -> groups.computeIfAbsent(theirs, none -> new TreeSet<>())
                .addAll(ours));
        tls = LdapSockets.trusting(settings.trusted());
        // Of a question as a whole: enough for each URL to be tried twice.
        limit = settings.timeout().multipliedBy(2L * settings.urls().split(" ", -1).length);
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
            Optional<SearchResult> entry =
                    search(directory, settings.person().username(), username).one();
            return entry.isPresent() && isPasswordOf(entry.get().getNameInNamespace(), password, end)
                    ? person(directory, entry.get())
                    : Optional.empty();
        });
    }

    @Override
    public Optional<Person> find(String id) throws OAuthException {
        Object value = isBinaryId() ? bytes(id) : id;
        return ask((directory, end) -> {
            Found found = search(directory, settings.person().id(), value);
            if (!found.isReadable || (found.entries.isEmpty() && !found.isWhole)) { // gone is only who is nowhere
                throw new PartialResultException("a part of the directory has not been searched");
            }
            Optional<SearchResult> entry = found.one();
            return entry.isEmpty() ? Optional.empty() : person(directory, entry.get());
        });
    }

    @Override
    public void searchInVain(String username) throws OAuthException {
        ask((directory, end) -> {
            search(directory, settings.person().username(), username);
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

    private boolean isBinaryId() {
        return settings.person().id().equalsIgnoreCase(BINARY_ID);
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
        long end = System.nanoTime() + limit.toNanos();
        try (Connection connection = connect(settings.user(), settings.password(), end)) {
            Optional<Person> person = asking.in(connection.directory, end);
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

    /** A connection that ends with what it was opened for. */
    private record Connection(LdapContext directory, @Nullable StartTlsResponse tls) implements AutoCloseable {
        @Override
        public void close() throws NamingException, IOException {
            try {
                if (tls != null) {
                    tls.close();
                }
            } finally {
                directory.close();
            }
        }
    }

    @SuppressWarnings("JdkObsolete") // JNDI takes nothing else
    private Connection connect(String user, String password, long end) throws NamingException, IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
            throw new CommunicationException("the directory takes too long");
        }
        int timeout = Math.toIntExact(Math.min(left, settings.timeout().toMillis()));
        Hashtable<String, Object> environment = new Hashtable<>(Map.of(
                Context.INITIAL_CONTEXT_FACTORY,
                "com.sun.jndi.ldap.LdapCtxFactory",
                Context.PROVIDER_URL,
                settings.urls(),
                Context.REFERRAL,
                "ignore",
                "java.naming.ldap.derefAliases",
                "never",
                "com.sun.jndi.ldap.connect.timeout",
                Integer.toString(timeout),
                "com.sun.jndi.ldap.read.timeout",
                Integer.toString(timeout)));
        if (isBinaryId()) {
            environment.put(
                    "java.naming.ldap.attributes.binary", settings.person().id());
        }
        Map<String, String> credentials = Map.of(
                Context.SECURITY_AUTHENTICATION, "simple",
                Context.SECURITY_PRINCIPAL, user,
                Context.SECURITY_CREDENTIALS, password);
        if (settings.startTls()) {
            return connectAndSecure(environment, credentials, timeout);
        }
        environment.putAll(credentials);
        if (settings.urls().startsWith("ldaps:")) {
            environment.put("java.naming.ldap.factory.socket", LdapSockets.class.getName());
        }
        LdapContext directory =
                LdapSockets.<LdapContext, NamingException>with(tls, () -> new InitialLdapContext(environment, null));
        return new Connection(directory, null);
    }

    /** RFC 4511 section 4.14: nothing is sent before TLS, the name of the host has been verified with it. */
    private Connection connectAndSecure(
            Hashtable<String, Object> environment, Map<String, String> credentials, int timeout)
            throws NamingException, IOException {
        LdapContext directory = new InitialLdapContext(environment, null);
        try {
            StartTlsResponse secured = (StartTlsResponse) directory.extendedOperation(new StartTlsRequest());
            LdapHandshake handshake = new LdapHandshake(tls, timeout);
            secured.negotiate(handshake);
            handshake.relax(Math.toIntExact(limit.toMillis()));
            for (Map.Entry<String, String> credential : credentials.entrySet()) {
                directory.addToEnvironment(credential.getKey(), credential.getValue());
            }
            directory.reconnect(null); // binds, on this connection
            return new Connection(directory, secured);
        } catch (NamingException | IOException | RuntimeException fault) {
            directory.close();
            throw fault;
        }
    }

    /**
     * What a search has found.
     *
     * @param isWhole whether the directory has no other part, and nothing was there that cannot be read
     * @param isReadable whether that is so of what was there
     */
    private record Found(List<SearchResult> entries, boolean isWhole, boolean isReadable) {
        /** Whoever cannot be told from another is nobody. */
        private Optional<SearchResult> one() {
            return entries.size() == 1 && isReadable ? Optional.of(entries.get(0)) : Optional.empty();
        }
    }

    /** The entries with this value. */
    private Found search(LdapContext directory, String attribute, Object value) throws NamingException {
        LdapSettings.Person person = settings.person();
        List<String> wanted = new ArrayList<>(List.of(person.username(), person.id(), person.name(), person.email()));
        if (!settings.group().memberOf().isEmpty()) {
            wanted.add(settings.group().memberOf());
        }
        Found found = search(
                directory,
                person.base(),
                "(&" + person.filter() + "(" + attribute + "={0}))",
                new Object[] {value},
                controls(SearchControls.SUBTREE_SCOPE, 2, wanted));
        if (found.entries.size() > 1) {
            LOG.log(Level.WARNING, "CLAVIGER-1505 several entries of the directory have the same {0}", attribute);
        }
        return found;
    }

    private SearchControls controls(int scope, int most, List<String> attributes) {
        // No objects: nothing that stands in a directory is made into one.
        return new SearchControls(
                scope,
                most,
                Math.toIntExact(settings.timeout().toMillis()),
                attributes.toArray(String[]::new),
                false,
                false);
    }

    @SuppressWarnings("BanJNDI") // which warns of objects, and none are asked for
    private static Found search(
            LdapContext directory, String base, String filter, Object[] values, SearchControls controls)
            throws NamingException {
        List<SearchResult> found = new ArrayList<>();
        try {
            NamingEnumeration<SearchResult> results = directory.search(new LdapName(base), filter, values, controls);
            try {
                while (results.hasMore()) {
                    found.add(results.next());
                }
            } finally {
                results.close();
            }
        } catch (IllegalArgumentException malformed) { // JNDI says so of a DN that is not written as RFC 4514 says
            LOG.log(Level.WARNING, "CLAVIGER-1506 an entry of the directory has a DN that cannot be read");
            return new Found(found, false, false);
        } catch (PartialResultException partial) {
            // Active Directory ends so what is searched from its root; the rest is elsewhere, and not looked at.
            if (!Objects.toString(partial.getMessage()).startsWith(CONTINUATION)) { // the answer itself is elsewhere
                throw partial;
            }
            return new Found(found, false, true);
        } catch (SizeLimitExceededException more) {
            if (found.size() < controls.getCountLimit()) {
                throw more;
            }
        }
        return new Found(found, true, true);
    }

    /** By a connection of its own: what this one may see is not what we may. */
    private boolean isPasswordOf(String dn, String password, long end) throws NamingException, IOException {
        try (Connection bound = connect(dn, password, end)) {
            return bound.directory != null;
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

    private Optional<Person> person(LdapContext directory, SearchResult entry) throws NamingException {
        LdapSettings.Person names = settings.person();
        Attributes attributes = entry.getAttributes();
        Optional<String> id = only(attributes, names.id());
        Optional<String> username = only(attributes, names.username()).filter(NewResourceOwner::isUsername);
        if (id.isEmpty() || username.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-1506 somebody in the directory has no {0} that can be used, and cannot sign in",
                    id.isEmpty() ? names.id() : names.username());
            return Optional.empty();
        }
        return Optional.of(new Person(
                id.get(),
                username.get(),
                text(attributes, names.name()),
                text(attributes, names.email()),
                groups.isEmpty() ? Set.of() : groups(directory, entry, username.get())));
    }

    /** The value, if there is no other. */
    private static Optional<String> only(Attributes attributes, String name) throws NamingException {
        Attribute attribute = attributes.get(name);
        return attribute == null || attribute.size() != 1 ? Optional.empty() : text(attributes, name);
    }

    /** The first value, if it is as long as the database takes. */
    private static Optional<String> text(Attributes attributes, String name) throws NamingException {
        Attribute attribute = attributes.get(name);
        Object value = attribute == null || attribute.size() == 0 ? null : attribute.get();
        return Optional.ofNullable(
                        value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value)
                .map(Object::toString)
                .filter(text -> !text.isEmpty() && text.length() <= NewResourceOwner.MAX_LENGTH);
    }

    /** What the groups stand for that are directly below the base: a group of that name elsewhere counts for nothing. */
    private Set<String> groups(LdapContext directory, SearchResult entry, String username) throws NamingException {
        LdapSettings.Group group = settings.group();
        Set<String> ours = new TreeSet<>();
        LdapName base = new LdapName(group.base());
        for (String dn : group.memberOf().isEmpty()
                ? foundGroups(directory, entry, username)
                : namedGroups(entry, group.memberOf())) {
            name(dn, base).ifPresent(theirs -> ours.addAll(groups.getOrDefault(theirs, Set.of())));
        }
        return ours;
    }

    private List<String> foundGroups(LdapContext directory, SearchResult entry, String username)
            throws NamingException {
        return search(
                        directory,
                        settings.group().base(),
                        settings.group().filter(),
                        new Object[] {entry.getNameInNamespace(), username},
                        controls(SearchControls.ONELEVEL_SCOPE, MOST_GROUPS, List.of("1.1")))
                .entries
                .stream()
                .map(SearchResult::getNameInNamespace)
                .toList();
    }

    private static List<String> namedGroups(SearchResult entry, String memberOf) throws NamingException {
        List<String> names = new ArrayList<>();
        Attribute attribute = entry.getAttributes().get(memberOf);
        for (int i = 0; attribute != null && i < attribute.size(); i++) {
            names.add(Objects.toString(attribute.get(i)));
        }
        return names;
    }

    private static Optional<String> name(String dn, LdapName base) {
        try {
            LdapName group = new LdapName(dn);
            return group.size() == base.size() + 1 && group.startsWith(base)
                    ? Optional.of(group.getRdn(base.size()).getValue().toString())
                    : Optional.empty();
        } catch (InvalidNameException malformed) {
            return Optional.empty();
        }
    }
}

package org.claviger.identity;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.PartialResultException;
import javax.naming.SizeLimitExceededException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.SearchControls;
import javax.naming.directory.SearchResult;
import javax.naming.ldap.LdapContext;
import javax.naming.ldap.LdapName;
import org.claviger.identity.IdentityStore.Person;
import org.claviger.settings.LdapSettings;

/**
 * What the entries of an LDAP directory say of people. Names reach filters as arguments, which JNDI escapes (RFC 4515 section 3).
 */
final class LdapEntries {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    private static final int MOST_GROUPS = 1_000;

    /** How JNDI says that what it was told is not all; a referral in place of an answer (RFC 4511 section 4.1.10) it reports by its code. */
    private static final String CONTINUATION = "Unprocessed Continuation Reference";

    private final LdapSettings settings;
    private final Map<String, Set<String>> groups = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** @param groups ours by theirs, in whatever case */
    LdapEntries(LdapSettings settings, Map<String, Set<String>> groups) {
        this.settings = settings;
        groups.forEach((theirs, ours) ->
                this.groups.computeIfAbsent(theirs, none -> new TreeSet<>()).addAll(ours));
    }

    /**
     * What a search has found.
     *
     * @param isWhole whether the directory has no other part, and nothing was there that cannot be read
     * @param isReadable whether that is so of what was there
     */
    record Found(List<SearchResult> entries, boolean isWhole, boolean isReadable) {
        /** Whoever cannot be told from another is nobody. */
        Optional<SearchResult> one() {
            return entries.size() == 1 && isReadable ? Optional.of(entries.get(0)) : Optional.empty();
        }
    }

    /** The entries with this value. */
    Found search(LdapContext directory, String attribute, Object value) throws NamingException {
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

    /** Who that is; nobody, if what has to be there is not. */
    Optional<Person> person(LdapContext directory, SearchResult entry) throws NamingException {
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

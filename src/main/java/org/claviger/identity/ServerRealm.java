package org.claviger.identity;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.claviger.oauth.OAuthException;

/**
 * The users of the server that we run on. It proves them and says their groups, and nothing else: so the name is what identifies them, in
 * whatever spelling the server takes it, and nobody is looked at again before the next sign-in.
 */
public final class ServerRealm implements IdentityStore {
    private final Map<String, Set<String>> groups;

    /** @param groups which of ours a group of the server stands for */
    public ServerRealm(Map<String, Set<String>> groups) {
        this.groups = groups;
    }

    @Override
    public String name() {
        return "server";
    }

    @Override
    public Optional<Person> authenticate(String username, String password, ServerLogin server) throws OAuthException {
        if (!NewResourceOwner.isUsername(username)) {
            return Optional.empty();
        }
        return server.login(username, password, groups.keySet()).flatMap(this::person);
    }

    private Optional<Person> person(ServerLogin.Proven proven) {
        String id = Usernames.folded(proven.username());
        if (!NewResourceOwner.isUsername(proven.username()) || !NewResourceOwner.isUsername(id)) {
            return Optional.empty();
        }
        Set<String> ours = new TreeSet<>();
        proven.groups().forEach(group -> ours.addAll(groups.getOrDefault(group, Set.of())));
        return Optional.of(new Person(id, proven.username(), Optional.empty(), Optional.empty(), ours));
    }

    /** Only a password would tell. */
    @Override
    public Optional<Person> find(String id) {
        throw new UnsupportedOperationException("a server does not say who its users are");
    }

    @Override
    public Optional<Duration> recheck() {
        return Optional.empty();
    }
}

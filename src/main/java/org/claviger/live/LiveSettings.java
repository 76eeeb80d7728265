package org.claviger.live;

import jakarta.persistence.EntityManager;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.database.VersionNumber;
import org.claviger.live.SettingRefusedException.Reason;
import org.claviger.settings.Setting;
import org.claviger.settings.SettingValue;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;
import org.jspecify.annotations.Nullable;

/**
 * The settings as they are now, one immutable snapshot that is swapped as a whole. Whoever uses a setting asks for it each time,
 * which is to read one field: no lock, no database. The change feed says when another node has changed them.
 */
public final class LiveSettings implements Supplier<Settings> {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final VersionNumber NUMBER = new VersionNumber("setting");

    /** What the row of a setting holds. */
    private static final int MAX_LENGTH = 4_000;

    /** How many clients a refusal names. */
    private static final int MOST_NAMED = 5;

    /** Who changes whatever there is meets others only by chance. */
    private static final int MOST_TRIES = 20;

    private final Settings configured;
    private final Database database;
    private volatile Edition edition;
    private volatile Function<String, List<String>> clientsOf = classification -> List.of();

    /**
     * The settings after so many changes.
     *
     * @param administered what the table holds, used or not
     * @param settings in force here
     * @param unusable why the table is not in force on this node, where it is not: the settings are then those that it had before
     */
    public record Edition(
            long version, Map<String, String> administered, Settings settings, Optional<SettingsException> unusable) {}

    private LiveSettings(Settings configured, Database database) {
        this.configured = configured;
        this.database = database;
        Edition stored = read(configured);
        this.edition = stored.unusable.isEmpty() ? stored : refuse(stored);
    }

    private static Edition refuse(Edition stored) {
        SettingsException unusable = stored.unusable.orElseThrow();
        String rows = unusable.keys().stream()
                .flatMap(key -> Stream.of(key, Setting.keyForAll(key)))
                .distinct()
                .filter(stored.administered::containsKey)
                .collect(Collectors.joining(" or "));
        // What is configured and wrong is read only because the table adds its classification.
        throw new SettingsException(
                "the table setting",
                unusable.getMessage() + "; delete the row of " + (rows.isEmpty() ? Setting.CLASSIFICATIONS.key() : rows)
                        + ", or set it in the environment, which wins",
                unusable);
    }

    /**
     * Lays what administrators have said over what is configured.
     *
     * @throws SettingsException if the two do not fit together: what is set in the environment wins, and mends it
     */
    public static LiveSettings load(Settings configured, Database database) {
        LiveSettings live = new LiveSettings(configured, database);
        warn(List.of(), live.get().warnings());
        return live;
    }

    /** From now on no classification is removed by a change that has clients: this tells the names of those that one has. */
    public void keepClassificationsOf(Function<String, List<String>> clients) {
        clientsOf = clients;
    }

    private Settings lay(Map<String, String> administered) {
        return administered.isEmpty() ? configured : configured.withAdministered(administered);
    }

    /** The settings now. Do not keep them. */
    @Override
    public Settings get() {
        return edition.settings;
    }

    /** The same with their number. */
    public Edition edition() {
        return edition;
    }

    /** Why this node does not follow what administrators change, if it does not, without any value. */
    public Optional<String> problem() {
        return edition.unusable.map(unusable -> "the table of administered settings does not fit what is configured on"
                + " this node, which keeps the settings that it had: " + String.join(", ", unusable.keys()));
    }

    /** How many values are accepted and not advised: a gauge. */
    public int outsideOfAdvised() {
        return get().warnings().size();
    }

    /**
     * Reads again; called when somebody has changed anything. What cannot be used here, because somebody wrote it past this class or
     * another node has another environment, changes nothing but the edition, which says so.
     */
    public synchronized void refresh() {
        Edition before = edition;
        Edition now = read(before.settings);
        if (isSame(now, before)) {
            return;
        }
        edition = now;
        now.unusable.ifPresentOrElse(
                unusable -> LOG.log(
                        Level.ERROR,
                        "CLAVIGER-0801 the table of administered settings cannot be used on this node, which keeps the settings"
                                + " that it had and follows no change until that is mended: {0}",
                        unusable.getMessage()),
                () -> before.unusable.ifPresent(mended -> LOG.log(
                        Level.INFO,
                        "CLAVIGER-0804 the table of administered settings is in force on this node again")));
        warn(before.settings.warnings(), now.settings.warnings());
    }

    /** By its number and what the table holds: of a backup that was restored the number may be the same. */
    private static boolean isSame(Edition one, Edition other) {
        return one.version == other.version && one.administered.equals(other.administered);
    }

    /**
     * What is stored, in force.
     *
     * @param otherwise what stays in force if it cannot be used
     */
    private Edition read(Settings otherwise) {
        Edition stored = database.transact(entities -> {
            long version = NUMBER.read(entities);
            Map<String, String> rows = entities.createQuery("from SettingRow", SettingRow.class)
                    .getResultStream()
                    .collect(Collectors.toUnmodifiableMap(row -> row.settingKey, row -> row.settingValue));
            return new Edition(version, rows, otherwise, Optional.empty());
        });
        try {
            return new Edition(stored.version, stored.administered, lay(stored.administered), Optional.empty());
        } catch (SettingsException unusable) {
            return new Edition(stored.version, stored.administered, otherwise, Optional.of(unusable));
        }
    }

    private static void warn(List<String> before, List<String> now) {
        now.stream()
                .filter(warning -> !before.contains(warning))
                .forEach(warning -> LOG.log(Level.WARNING, "CLAVIGER-0802 {0}", warning));
    }

    /**
     * Changes settings, all of these or none. They hold on this node when it is answered, and on the others within seconds. Nobody
     * who reads settings waits for it, nor who follows what others change.
     *
     * @param changes the new values by their key; empty for what is configured, or the default
     * @param seen the number of the settings that the change rests on; empty for whatever they are
     * @param by who changes them
     * @return the settings after it; as they were if that is what they are already
     * @throws SettingRefusedException if not all of it can be
     */
    public Edition change(Map<String, Optional<String>> changes, OptionalLong seen, String by)
            throws SettingRefusedException {
        for (int i = 0; i < MOST_TRIES; i++) {
            refresh();
            Edition before = edition;
            if (seen.isPresent() && seen.getAsLong() != before.version) {
                throw stale();
            }
            Optional<Edition> after = change(before, changes, by);
            if (after.isPresent()) {
                return after.get();
            }
        }
        throw stale();
    }

    /** Empty if somebody else was first. */
    private Optional<Edition> change(Edition before, Map<String, Optional<String>> changes, String by)
            throws SettingRefusedException {
        Map<String, String> administered = new HashMap<>(before.administered);
        changes.forEach((key, value) ->
                value.ifPresentOrElse(text -> administered.put(key, text), () -> administered.remove(key)));
        Settings settings = valid(before, administered, changes);
        Set<String> changed = new TreeSet<>(changes.keySet());
        changed.removeIf(key -> Objects.equals(before.administered.get(key), administered.get(key)));
        if (changed.isEmpty()) {
            return Optional.of(before);
        }
        if (!write(before.version, changed, administered, entities -> {
            for (String key : changed) {
                account(entities, key, before.settings, settings, by);
            }
        })) {
            return Optional.empty();
        }
        Edition after = new Edition(before.version + 1, Map.copyOf(administered), settings, Optional.empty());
        if (!swap(before, after)) {
            refresh(); // who swapped meanwhile may have read before this was committed
        }
        warn(before.settings.warnings(), settings.warnings());
        return Optional.of(after);
    }

    private synchronized boolean swap(Edition before, Edition after) {
        boolean unchanged = isSame(edition, before);
        if (unchanged) {
            edition = after;
        }
        return unchanged;
    }

    private boolean write(
            long seen,
            Set<String> changed,
            Map<String, String> administered,
            Database.Change<RuntimeException> account) {
        return database.transact(entities -> {
            if (!NUMBER.advance(entities, seen)) {
                return false;
            }
            account.in(entities);
            changed.forEach(key -> {
                database.announce(entities, Topic.SETTING, key);
                entities.createQuery("delete from SettingRow where settingKey = :key")
                        .setParameter("key", key)
                        .executeUpdate();
                String text = administered.get(key);
                if (text != null) {
                    SettingRow row = new SettingRow();
                    row.settingKey = key;
                    row.settingValue = text;
                    entities.persist(row);
                }
            });
            return true;
        });
    }

    private static void account(EntityManager entities, String key, Settings before, Settings after, String by) {
        Audit.write(
                entities,
                AuditEvent.SETTING_CHANGED,
                Map.of("key", key, "from", value(before, key), "to", value(after, key), "by", by));
    }

    private static String value(Settings settings, String key) {
        return Optional.ofNullable(settings.values().get(key))
                .map(SettingValue::value)
                .orElse("");
    }

    private static SettingRefusedException stale() {
        return new SettingRefusedException(Reason.STALE, "", "somebody else has changed the settings meanwhile");
    }

    /** The settings as they would be; refused where any of it cannot be. */
    private Settings valid(Edition before, Map<String, String> administered, Map<String, Optional<String>> changes)
            throws SettingRefusedException {
        Settings after;
        try {
            after = lay(administered);
        } catch (SettingsException unusable) {
            throw refusal(before, unusable, changes.keySet());
        }
        Map<String, SettingValue> known = new HashMap<>(before.settings.values());
        known.putAll(after.values());
        for (Map.Entry<String, Optional<String>> change : new TreeMap<>(changes).entrySet()) {
            String key = change.getKey();
            if (change.getValue().isPresent() || !before.administered.containsKey(key)) {
                refuseImpossible(key, change.getValue(), known.get(key));
            } // what the table holds can be removed, whatever it is
        }
        if (changes.containsKey(Setting.CLASSIFICATIONS.key())) {
            refuseLoss(before.settings, after, administered.keySet());
        }
        return after;
    }

    /** The member of the change that it is about where there is one, of two that do not fit together either. */
    private static SettingRefusedException refusal(Edition before, SettingsException unusable, Set<String> changed) {
        Optional<String> key =
                unusable.keys().stream().filter(changed::contains).findFirst();
        return before.unusable.isPresent() && key.isEmpty()
                ? new SettingRefusedException(
                        Reason.UNUSABLE,
                        unusable.key(),
                        "the table as it is cannot be used here: " + unusable.getMessage())
                : new SettingRefusedException(
                        Reason.INVALID, key.orElse(unusable.key()), String.valueOf(unusable.getMessage()));
    }

    private static void refuseImpossible(String key, Optional<String> value, @Nullable SettingValue now)
            throws SettingRefusedException {
        if (now == null) {
            throw new SettingRefusedException(Reason.UNKNOWN, key, "there is no such setting");
        }
        if (!now.setting().isLive()) {
            throw new SettingRefusedException(
                    Reason.NOT_LIVE, key, key + ": is changed by configuration and a restart only");
        }
        if (value.isEmpty()) {
            return;
        }
        if (now.pinned()) {
            throw new SettingRefusedException(Reason.PINNED, key, key + ": is set by " + now.origin() + ", which wins");
        }
        if (value.filter(text -> text.isBlank() || text.length() > MAX_LENGTH).isPresent()) {
            throw new SettingRefusedException(
                    Reason.INVALID, key, key + ": must have 1 to " + MAX_LENGTH + " characters");
        }
        if (now.bound().isPresent() && !now.origin().equals(Settings.ADMINISTERED)) {
            throw new SettingRefusedException(
                    Reason.PINNED,
                    key,
                    key + ": must not be laxer than " + now.bound().get() + ", which " + now.origin() + " says of "
                            + now.setting().key());
        }
    }

    /** A client may have registered with a classification that is removed in this moment; then it gets what is strictest. */
    private void refuseLoss(Settings before, Settings after, Set<String> administered) throws SettingRefusedException {
        Set<String> gone = new TreeSet<>(before.classifications().names());
        gone.removeAll(after.classifications().names());
        for (String name : gone) {
            List<String> clients = clientsOf.apply(name);
            if (!clients.isEmpty()) {
                throw new SettingRefusedException(
                        Reason.IN_USE,
                        Setting.CLASSIFICATIONS.key(),
                        Setting.CLASSIFICATIONS.key() + ": there are clients of " + name + ": "
                                + clients.stream().limit(MOST_NAMED).collect(Collectors.joining(", "))
                                + (clients.size() > MOST_NAMED
                                        ? " and " + (clients.size() - MOST_NAMED) + " more"
                                        : ""));
            }
        }
        for (String key : new TreeSet<>(administered)) {
            if (before.values().containsKey(key) && !after.values().containsKey(key)) {
                throw new SettingRefusedException(
                        Reason.INVALID,
                        key,
                        key + ": belongs to a classification that would be gone; remove it with it");
            }
        }
    }
}

package org.claviger.live;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.database.Database;
import org.claviger.database.Topic;
import org.claviger.database.VersionNumber;
import org.claviger.live.SettingRefusedException.Reason;
import org.claviger.settings.SettingValue;
import org.claviger.settings.Settings;
import org.claviger.settings.SettingsException;

/**
 * The settings as they are now, one immutable snapshot that is swapped as a whole. Whoever uses a setting asks for it each time,
 * which is to read one field: no lock, no database. The change feed says when another node has changed them.
 */
public final class LiveSettings implements Supplier<Settings> {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final VersionNumber NUMBER = new VersionNumber("setting");

    /** What the row of a setting holds. */
    private static final int MAX_LENGTH = 4_000;

    private final Settings configured;
    private final Database database;
    private volatile Edition edition;

    /**
     * The settings after so many changes.
     *
     * @param administered what the table holds, used or not
     * @param settings in force
     */
    public record Edition(long version, Map<String, String> administered, Settings settings) {}

    private LiveSettings(Settings configured, Database database) {
        this.configured = configured;
        this.database = database;
        Edition stored = read();
        try {
            this.edition = new Edition(stored.version, stored.administered, lay(stored.administered));
        } catch (SettingsException unusable) {
            throw new SettingsException(
                    "the table setting",
                    unusable.getMessage() + "; delete its row, or set it in the environment, which wins",
                    unusable);
        }
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

    /** How many values are accepted and not advised: a gauge. */
    public int outsideOfAdvised() {
        return get().warnings().size();
    }

    /**
     * Reads again; called when somebody has changed anything. What cannot be used, because somebody wrote it past this class, changes
     * nothing.
     */
    public synchronized void refresh() {
        Edition stored = read();
        if (stored.version == edition.version && stored.administered.equals(edition.administered)) {
            return;
        }
        Settings before = edition.settings;
        Settings now = before;
        try {
            now = lay(stored.administered);
        } catch (SettingsException unusable) {
            LOG.log(
                    Level.ERROR,
                    "CLAVIGER-0801 the table of administered settings cannot be used, and the settings stay as they were: {0}",
                    unusable.getMessage());
        }
        edition = new Edition(stored.version, stored.administered, now);
        warn(before.warnings(), now.warnings());
    }

    private Edition read() {
        return database.transact(entities -> {
            long version = NUMBER.read(entities);
            Map<String, String> rows = entities.createQuery("from SettingRow", SettingRow.class)
                    .getResultStream()
                    .collect(Collectors.toUnmodifiableMap(row -> row.settingKey, row -> row.settingValue));
            return new Edition(version, rows, configured);
        });
    }

    private static void warn(List<String> before, List<String> now) {
        now.stream()
                .filter(warning -> !before.contains(warning))
                .forEach(warning -> LOG.log(Level.WARNING, "CLAVIGER-0802 {0}", warning));
    }

    /**
     * Changes settings, all of these or none. They hold on this node when it is answered, and on the others within seconds.
     *
     * @param changes the new values by their key; empty for what is configured, or the default
     * @param seen the number of the settings that the change rests on; empty for whatever they are
     * @param by who changes them
     * @return the settings after it
     * @throws SettingRefusedException if not all of it can be
     */
    public synchronized Edition change(Map<String, Optional<String>> changes, OptionalLong seen, String by)
            throws SettingRefusedException {
        refresh();
        Edition before = edition;
        if (seen.isPresent() && seen.getAsLong() != before.version) {
            throw stale();
        }
        Map<String, String> administered = new HashMap<>(before.administered);
        changes.forEach((key, value) ->
                value.ifPresentOrElse(text -> administered.put(key, text), () -> administered.remove(key)));
        Settings after = valid(before, administered, changes);
        boolean won = database.transact(entities -> {
            if (!NUMBER.advance(entities, before.version)) {
                return false;
            }
            changes.forEach((key, value) -> {
                database.announce(entities, Topic.SETTING, key);
                entities.createQuery("delete from SettingRow where settingKey = :key")
                        .setParameter("key", key)
                        .executeUpdate();
                value.ifPresent(text -> {
                    SettingRow row = new SettingRow();
                    row.settingKey = key;
                    row.settingValue = text;
                    entities.persist(row);
                });
            });
            return true;
        });
        if (!won) {
            throw stale();
        }
        edition = new Edition(before.version + 1, Map.copyOf(administered), after);
        changes.keySet().forEach(key -> record(key, before.settings, after, by));
        warn(before.settings.warnings(), after.warnings());
        return edition;
    }

    private static void record(String key, Settings before, Settings after, String by) {
        Audit.record(
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
            throw new SettingRefusedException(Reason.INVALID, unusable.key(), String.valueOf(unusable.getMessage()));
        }
        Map<String, SettingValue> known = new HashMap<>(before.settings.values());
        known.putAll(after.values());
        for (Map.Entry<String, Optional<String>> change : new TreeMap<>(changes).entrySet()) {
            refuseImpossible(change.getKey(), change.getValue(), known);
        }
        for (String key : administered.keySet()) {
            if (before.settings.values().containsKey(key) && !after.values().containsKey(key)) {
                throw new SettingRefusedException(
                        Reason.INVALID,
                        key,
                        key + ": belongs to a classification that would be gone; remove it with it");
            }
        }
        return after;
    }

    private static void refuseImpossible(String key, Optional<String> value, Map<String, SettingValue> known)
            throws SettingRefusedException {
        SettingValue now = known.get(key);
        if (now == null) {
            throw new SettingRefusedException(Reason.UNKNOWN, key, "there is no such setting");
        }
        if (!now.setting().isLive()) {
            throw new SettingRefusedException(
                    Reason.NOT_LIVE, key, key + ": is changed by configuration and a restart only");
        }
        if (now.pinned()) {
            SettingValue forAll = Objects.requireNonNull(known.get(now.setting().key()));
            throw new SettingRefusedException(
                    Reason.PINNED,
                    key,
                    forAll.pinned()
                            ? key + ": " + now.setting().key() + " is set by " + forAll.origin() + ", which wins"
                            : key + ": is set by " + now.origin() + ", which wins");
        }
        if (value.filter(text -> text.isBlank() || text.length() > MAX_LENGTH).isPresent()) {
            throw new SettingRefusedException(
                    Reason.INVALID, key, key + ": must have 1 to " + MAX_LENGTH + " characters");
        }
    }
}

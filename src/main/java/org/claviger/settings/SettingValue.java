package org.claviger.settings;

import java.util.Optional;

/**
 * A setting as it is in force.
 *
 * @param value as it was written, or the default; empty if it is secret
 * @param byDefault what it is where nothing is written
 * @param origin where it stands: {@code default}, {@code administered}, or the source as the server names it; of a classification that
 *     says nothing itself, where the value stands that it has
 * @param pinned whether it stands in the environment or the system properties, against which nobody else can do anything
 * @param bound of a classification: what stands there for all of them, and administrators may only be stricter than that
 */
public record SettingValue(
        Setting setting, String value, String byDefault, String origin, boolean pinned, Optional<String> bound) {
    /**
     * A value as somebody wrote it.
     *
     * @param origin where it stands
     * @param pinned whether it wins over what administrators say
     */
    public record Written(String text, String origin, boolean pinned) {
        @Override
        public String toString() {
            return "Written[origin=" + origin + "]"; // it may be secret
        }
    }
}

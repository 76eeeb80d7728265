package org.claviger.database;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What nodes hold in memory and have to read again when another changes it. Of users they hold nothing: a user who is disabled or has
 * another password is a revocation.
 */
public enum Topic {
    /** By their serial numbers. */
    REVOCATION,
    /** By their {@code client_id}. */
    CLIENT,
    SIGNING_KEY,
    MAC_KEY,
    /** Settings that administrators change while nodes run, by their keys. */
    SETTING;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Topic> find(String text) {
        return Arrays.stream(values())
                .filter(topic -> topic.text().equals(text))
                .findFirst();
    }
}

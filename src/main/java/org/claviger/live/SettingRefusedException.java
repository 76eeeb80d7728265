package org.claviger.live;

/** A change of a setting that is not made: nothing has changed. */
public final class SettingRefusedException extends Exception {
    /** Why it is refused. */
    public enum Reason {
        /** Somebody else has changed the settings since. */
        STALE,
        /** There is no such setting. */
        UNKNOWN,
        /** It stands in the environment or the system properties, which win, or is laxer than what stands there for all. */
        PINNED,
        /** It would remove a classification that has clients. */
        IN_USE,
        /** What is stored already cannot be used on this node, whatever the change says. */
        UNUSABLE,
        /** It is not one that can be changed without a restart. */
        NOT_LIVE,
        /** The value is none for it, or does not fit together with others. */
        INVALID
    }

    private final Reason reason;
    private final String key;

    SettingRefusedException(Reason reason, String key, String message) {
        super(message);
        this.reason = reason;
        this.key = key;
    }

    public Reason reason() {
        return reason;
    }

    /** Of the setting; empty if it is about none. */
    public String key() {
        return key;
    }
}

package org.claviger.key;

/** What a MAC key is for; a key never serves two purposes. */
public enum MacPurpose {
    /** Refresh tokens. */
    REFRESH_TOKEN,
    /** Client secrets at rest. */
    CLIENT_SECRET,
    /** The forms of the sign-in pages, against cross-site request forgery. */
    FORM,
    /** The entries of the import file, to see that one has changed. */
    IMPORT,
    /** Who failed to prove who they are, and from where. */
    THROTTLE
}

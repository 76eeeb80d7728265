package org.claviger.identity;

import jakarta.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.claviger.settings.JsonMembers;
import org.claviger.settings.PasswordSettings;

/**
 * A user as somebody wants it registered; what exists is valid.
 *
 * @param credential a password in clear or its hash; never shown
 */
public record NewResourceOwner(
        String username, Credential credential, Optional<String> name, Optional<String> email, Set<String> groups) {
    /** What {@link #isUsername} asks for, in words. */
    public static final String USERNAME_EXPECTED =
            "must be 1 to 255 characters without control characters, and no space at either end";

    /** What {@link #isPassword} asks for, in words. */
    public static final String PASSWORD_EXPECTED = "must have at least " + PasswordSettings.LEAST
            + " and at most 1000 characters, none of them a control character";

    /** What {@link #isPasswordHash} asks for, in words. */
    public static final String PASSWORD_HASH_EXPECTED =
            "must be pbkdf2-sha256$iterations$salt$hash with at least 600000 iterations, salt and hash in base64url";

    /** Longer than this is never looked at: hashing it would be work for nothing. */
    static final int MAX_PASSWORD_LENGTH = 1_000;

    /** Of user names, names, e-mail addresses and groups. */
    static final int MAX_LENGTH = 255;

    /** A password, or the hash of one. */
    public sealed interface Credential {}

    /** A password in clear; never shown. Whether it is a good one, {@link PasswordPolicy} says. */
    public record Password(String value) implements Credential {
        public Password {
            refuseUnless(isPassword(value), "a password " + PASSWORD_EXPECTED);
        }

        @Override
        public String toString() {
            return "Password";
        }
    }

    /** A hash that was made elsewhere; never shown. */
    public record Hash(String value) implements Credential {
        public Hash {
            refuseUnless(isPasswordHash(value), "a password hash " + PASSWORD_HASH_EXPECTED);
        }

        @Override
        public String toString() {
            return "Hash";
        }
    }

    /** No password: nobody can sign in before one is chosen. */
    public record NoPassword() implements Credential {}

    public NewResourceOwner {
        refuseUnless(isUsername(username), "a user name " + USERNAME_EXPECTED);
    }

    /** An administrator of this installation. */
    public static NewResourceOwner administrator(String username, Credential credential) {
        return new NewResourceOwner(
                username, credential, Optional.empty(), Optional.empty(), Set.of(ResourceOwner.ADMIN_GROUP));
    }

    /**
     * Reads a user with a password or the hash of one.
     *
     * @param pointer where the entry stands in its file
     * @throws IllegalArgumentException with the pointer to what does not fit
     */
    public static NewResourceOwner parse(JsonObject entry, String pointer) {
        return read(new JsonMembers(entry, pointer), NewResourceOwner::credential);
    }

    /**
     * Reads a user whose password nobody knows yet.
     *
     * @throws IllegalArgumentException with the pointer to what does not fit; a password does not
     */
    public static NewResourceOwner withoutPassword(JsonObject entry) {
        return read(new JsonMembers(entry, ""), none -> new NoPassword());
    }

    private static NewResourceOwner read(JsonMembers members, Function<JsonMembers, Credential> reading) {
        members.require("username");
        String username = members.text("username", NewResourceOwner::isUsername, USERNAME_EXPECTED)
                .orElseThrow();
        Credential credential = reading.apply(members);
        Optional<String> name = members.text("name", NewResourceOwner::fits, "has more than 255 characters");
        Optional<String> email = members.text("email", NewResourceOwner::fits, "has more than 255 characters");
        List<String> groups = members.texts(
                "groups",
                NewResourceOwner::isGroup,
                "must be a group of at most 255 characters; of those that begin with " + ResourceOwner.RESERVED_GROUPS
                        + " there is " + ResourceOwner.ADMIN_GROUP);
        members.refuseOthers();
        return new NewResourceOwner(username, credential, name, email, Set.copyOf(groups));
    }

    private static Credential credential(JsonMembers members) {
        Optional<Credential> password = members.text("password", NewResourceOwner::isPassword, PASSWORD_EXPECTED)
                .map(Password::new);
        Optional<Credential> hash = members.text(
                        "password_hash", NewResourceOwner::isPasswordHash, PASSWORD_HASH_EXPECTED)
                .map(Hash::new);
        if (password.isPresent() && hash.isPresent()) {
            throw members.refuse("password_hash", "must not stand beside password");
        }
        return password.or(() -> hash)
                .orElseThrow(() -> members.refuse("password", "is missing, and so is password_hash"));
    }

    public static boolean isUsername(String username) {
        return !username.isEmpty()
                && fits(username)
                && username.equals(username.strip())
                && username.chars().noneMatch(Character::isISOControl);
    }

    public static boolean isPassword(String password) {
        return password.codePointCount(0, password.length()) >= PasswordSettings.LEAST
                && password.length() <= MAX_PASSWORD_LENGTH
                && password.chars().noneMatch(Character::isISOControl); // no form can send one
    }

    public static boolean isPasswordHash(String hash) {
        return PasswordHash.isAcceptable(hash);
    }

    private static boolean isGroup(String group) {
        return fits(group)
                && (!group.startsWith(ResourceOwner.RESERVED_GROUPS) || group.equals(ResourceOwner.ADMIN_GROUP));
    }

    private static boolean fits(String text) {
        return text.length() <= MAX_LENGTH;
    }

    private static void refuseUnless(boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(expected);
        }
    }
}

package org.claviger.authorize;

import java.util.Optional;
import org.claviger.identity.NewResourceOwner;
import org.claviger.identity.PasswordPolicy;
import org.claviger.identity.ResourceOwner;
import org.claviger.oauth.OAuthException;
import org.claviger.oauth.Parameters;
import org.claviger.page.FormPage;
import org.claviger.page.FormProblem;

/**
 * The password that a person has typed twice, in the fields of {@link FormPage#newPassword}.
 *
 * @param value never shown
 */
public record ChosenPassword(String value, String again) {
    public static ChosenPassword of(Parameters fields) throws OAuthException {
        return new ChosenPassword(
                fields.find("password").orElse(""),
                fields.find("password_again").orElse(""));
    }

    /** Why it cannot be the new password of this user, or not of somebody who will remember it. */
    public Optional<FormProblem> problem(PasswordPolicy policy, ResourceOwner owner) {
        return problem(policy.weakness(value, owner));
    }

    /** The same of a user who is to be. */
    public Optional<FormProblem> problem(PasswordPolicy policy, String username) {
        return problem(policy.weakness(value, username));
    }

    private Optional<FormProblem> problem(Optional<PasswordPolicy.Weakness> weakness) {
        if (weakness.isPresent()) {
            return Optional.of(
                    switch (weakness.get()) {
                        case TOO_SHORT -> FormProblem.PASSWORD_TOO_SHORT;
                        case UNUSABLE -> FormProblem.PASSWORD_UNUSABLE;
                        case DENIED -> FormProblem.PASSWORD_DENIED;
                        case GUESSABLE -> FormProblem.PASSWORD_GUESSABLE;
                    });
        }
        return value.equals(again) ? Optional.empty() : Optional.of(FormProblem.PASSWORDS_DIFFER);
    }

    /** The password, if there is no problem with it. */
    public NewResourceOwner.Password password() {
        return new NewResourceOwner.Password(value);
    }

    @Override
    public String toString() {
        return "ChosenPassword";
    }
}

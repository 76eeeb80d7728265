package org.claviger.guard;

import jakarta.security.auth.message.config.AuthConfigFactory;
import java.util.List;

/**
 * What a server must be told before it enforces what the guard decides. It is asked after each start of Claviger until all is
 * well, and not again: what is changed afterwards takes effect when the server starts anew, and Claviger with it.
 */
public interface ServerCheck {
    /**
     * What is wrong.
     *
     * @param what for the log and for who looks after the server
     * @param remedy the command that mends it
     */
    record Problem(String what, String remedy) {}

    /** Whether it can be told yet; until then nothing is as it should be. */
    boolean isTold();

    /** What is wrong with this server; empty if it can be relied on. */
    List<Problem> problems();

    /** Whether {@code @DenyAll} on the class of a JAX-RS resource closes it. */
    default boolean heedsDenyAllOnClasses() {
        return true;
    }

    /** The check for the server that this runs on, known by the factory that it gives us. */
    static ServerCheck here() {
        String factory = AuthConfigFactory.getFactory().getClass().getName();
        return factory.startsWith("org.wildfly.") ? new WildFlyCheck() : new NothingToCheck();
    }

    /** Payara enforces annotations as it is delivered, all but one. */
    record NothingToCheck() implements ServerCheck {
        @Override
        public boolean isTold() {
            return true;
        }

        @Override
        public List<Problem> problems() {
            return List.of();
        }

        @Override
        public boolean heedsDenyAllOnClasses() {
            return false;
        }
    }
}

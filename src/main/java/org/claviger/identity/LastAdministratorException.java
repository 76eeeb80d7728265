package org.claviger.identity;

/** A refusal: nobody would be left who may administer Claviger. */
public final class LastAdministratorException extends Exception {
    LastAdministratorException() {
        super("this is the last enabled administrator", null, false, false);
    }
}

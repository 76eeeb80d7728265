package org.claviger.guard;

import jakarta.servlet.ServletContext;

/**
 * Looks at each guarded application once, for what its author may believe to be in force and is not. That is at its first request:
 * there is no earlier moment at which one application sees the files of another on every server.
 */
final class FirstLook {
    /** On the application's own context, so that nothing of it stays here when it goes. */
    private static final String SEEN = "org.claviger.guard.seen";

    private FirstLook() {}

    /** The last says whether the server heeds {@code @DenyAll} on classes of JAX-RS resources. */
    static void at(ServletContext application, boolean heedsDenyAll) {
        if (application.getAttribute(SEEN) != null) {
            return;
        }
        application.setAttribute(SEEN, true);
        LoginConfig.notice(application);
        if (!heedsDenyAll) {
            DenyAllOnClass.notice(application);
        }
    }
}

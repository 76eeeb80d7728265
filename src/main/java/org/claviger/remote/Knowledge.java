package org.claviger.remote;

import java.time.Duration;
import java.util.Optional;
import org.claviger.guard.LiveTokens;

/** How a resource server knows what has ended. */
interface Knowledge extends LiveTokens.Rule {
    /** After this the issuer is asked again that has answered that we may not: it takes somebody to mend it, and guesses are slowed down there. */
    Duration AFTER_REFUSAL = Duration.ofSeconds(30);

    /** Does what is due in the background; called twice a second, and may take its time. */
    void run();

    /** Whether the issuer was ever there. */
    boolean hasBegun();

    /** Why no token can be judged, if none can. */
    Optional<String> problem();

    /** Forgets what is over; called every second. */
    void prune();

    /** For how much it holds in memory: a gauge. */
    int size();

    /** How long ago the issuer was asked the last question that it has answered. */
    Duration staleness();
}

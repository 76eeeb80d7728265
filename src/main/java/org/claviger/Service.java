package org.claviger;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.claviger.guard.BearerGate;
import org.claviger.settings.Settings;

/** What this deployment is for the server that it runs on: an issuer ({@link Opening}) or a {@link ResourceServer}. */
interface Service extends AutoCloseable {
    /** The settings now. */
    Settings settings();

    /** Stands before the applications of the server. */
    BearerGate applicationGate();

    /** Stands before administration. */
    BearerGate adminGate();

    /** The parts of an issuer, once it is open. */
    Optional<Claviger> parts();

    /** What is asked of its health, each by its name: why it is not well, if it is not. */
    Map<String, Supplier<Optional<String>>> checks();

    /** Those of these checks by which a node that is not well is up all the same, at this moment. */
    Set<String> onlyTold();

    /** What has to be there before it can do its work; empty for ever when it has been. */
    Optional<String> waitsFor();

    /** What has to run all the time. */
    Jobs jobs();

    /** What is counted of it. */
    Metrics metrics();

    /** From now on the server can be relied on. */
    void unlock();

    /** Begins, or tries until it can. */
    void start();

    @Override
    void close();
}

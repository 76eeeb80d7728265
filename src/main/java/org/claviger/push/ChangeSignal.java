package org.claviger.push;

/** One way to wake the other nodes. It carries nothing that anybody relies on. */
interface ChangeSignal extends AutoCloseable {
    /** Wakes the others, not this node; called after the commit and by no request. Throws whatever it cannot do. */
    void send();

    /** Listens no more. */
    @Override
    void close();
}

package org.claviger.push;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.claviger.database.Database;
import org.claviger.database.DatabaseAwayException;
import org.claviger.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * Wakes other nodes when this one has changed something, and this one when another has, in every way that is there. Many changes at
 * once are one signal, and many signals one look.
 */
public final class Push implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.claviger");

    /** What comes within that time is one look. */
    private static final int TOGETHER_IN_MILLIS = 10;

    private final ScheduledExecutorService executor;
    private final Runnable look;
    private final Map<String, ChangeSignal> signals = new TreeMap<>();
    private final Set<String> failing = new HashSet<>();
    private final AtomicBoolean waking = new AtomicBoolean();
    private final AtomicBoolean sending = new AtomicBoolean();
    private @Nullable ScheduledFuture<?> listening;

    private Push(ScheduledExecutorService executor, Runnable look) {
        this.executor = executor;
        this.look = look;
    }

    /**
     * Uses what is there and chosen.
     *
     * @param node a name that no other node has
     * @param look reads what has changed
     */
    public static Push start(
            Settings settings, Database database, String node, ScheduledExecutorService executor, Runnable look) {
        Push push = new Push(executor, look);
        Set<String> chosen = settings.feed().push();
        if (chosen.contains("hazelcast")) {
            push.use("hazelcast", HazelcastSignal.PLACE, found -> new HazelcastSignal(found, push::wake));
        }
        if (chosen.contains("infinispan")) {
            push.use("infinispan", InfinispanSignal.PLACE, found -> new InfinispanSignal(found, node, push::wake));
        }
        if (chosen.contains("postgresql") && !settings.database().isH2()) {
            PostgresSignal signal = new PostgresSignal(database, settings.database(), node, push::wake);
            push.signals.put("postgresql", signal);
            push.listening = executor.scheduleWithFixedDelay(signal, 0, 1, TimeUnit.SECONDS);
        }
        if (!push.signals.isEmpty()) {
            database.afterAnnouncing(push::send);
        }
        return push;
    }

    /** The classes of an engine are loaded only where something is found; what cannot be used is done without. */
    @SuppressWarnings("BanJNDI") // of names that stand in this package, and no other
    private void use(String kind, String place, Function<Object, ChangeSignal> signal) {
        try {
            signals.put(kind, signal.apply(new InitialContext().lookup(place)));
        } catch (NamingException absent) {
            // as on most servers
        } catch (RuntimeException | LinkageError unusable) {
            complain(kind, unusable);
        }
    }

    private static void complain(String kind, Throwable fault) {
        LOG.log(
                Level.WARNING,
                "CLAVIGER-0704 changes cannot be pushed by {0}: {1}; other nodes see them when they look next, within a second",
                kind,
                fault);
    }

    /** What is used, for the log. */
    public Set<String> kinds() {
        return signals.keySet();
    }

    private void send() {
        later(this::sendNow, sending, 0);
    }

    private void wake() {
        later(look, waking, TOGETHER_IN_MILLIS);
    }

    /** Once, if it does not wait already; and one at a time, so that no more than one thread waits where a database hangs. */
    private void later(Runnable work, AtomicBoolean waiting, int millis) {
        if (!waiting.compareAndSet(false, true)) {
            return;
        }
        try {
            Future<?> unused = executor.schedule(
                    () -> {
                        synchronized (waiting) {
                            waiting.set(false); // what comes from now on may come too late for this one
                            work.run();
                        }
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException over) {
            // the server ends
        }
    }

    private void sendNow() {
        signals.forEach((kind, signal) -> {
            try {
                signal.send();
                if (failing.remove(kind)) {
                    LOG.log(Level.INFO, "CLAVIGER-0705 changes are pushed by {0} again", kind);
                }
            } catch (DatabaseAwayException logged) {
                // and it is not the push that is missed most
            } catch (RuntimeException fault) {
                if (failing.add(kind)) {
                    complain(kind, fault);
                }
            }
        });
    }

    @Override
    public void close() {
        if (listening != null) {
            listening.cancel(true);
        }
        signals.values().forEach(this::close);
    }

    private void close(ChangeSignal signal) {
        try {
            signal.close();
        } catch (RuntimeException gone) {
            // the engine has ended before us
        }
    }
}

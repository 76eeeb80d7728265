package org.claviger.push;

import java.util.concurrent.TimeUnit;
import org.infinispan.Cache;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryCreated;
import org.infinispan.notifications.cachelistener.annotation.CacheEntryModified;
import org.infinispan.notifications.cachelistener.event.CacheEntryEvent;

/**
 * A replicated cache of WildFly, which has one entry for each node that has changed something lately. What it says is over when every
 * node has looked, which each does within a second anyway; so long and a little longer it lives.
 */
@Listener(observation = Listener.Observation.POST)
public final class InfinispanSignal implements ChangeSignal {
    /** Where {@code server-config/wildfly/push.cli} puts it. */
    static final String PLACE = "java:jboss/infinispan/cache/claviger/changes";

    static final int LIFE_IN_SECONDS = 5;

    private final Cache<String, String> cache;
    private final String node;
    private final Runnable wake;

    /** @param found at {@link #PLACE} */
    @SuppressWarnings("unchecked") // nobody else uses it
    InfinispanSignal(Object found, String node, Runnable wake) {
        this.cache = (Cache<String, String>) found;
        this.node = node;
        this.wake = wake;
        cache.addListener(this);
    }

    @Override
    public void send() {
        cache.put(node, "", LIFE_IN_SECONDS, TimeUnit.SECONDS);
    }

    /** Public, because Infinispan calls it. */
    @CacheEntryCreated
    @CacheEntryModified
    public void written(CacheEntryEvent<String, String> event) {
        if (!event.isOriginLocal()) {
            wake.run();
        }
    }

    @Override
    public void close() {
        cache.removeListener(this);
    }
}

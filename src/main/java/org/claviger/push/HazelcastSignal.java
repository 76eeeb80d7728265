package org.claviger.push;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.topic.ITopic;
import java.util.UUID;

/** A topic of the Hazelcast that is Payara's data grid: a message is handed to who is there, and nothing of it is kept. */
final class HazelcastSignal implements ChangeSignal {
    /** Where Payara binds it, if it runs. */
    static final String PLACE = "payara/Hazelcast";

    private final ITopic<String> topic;
    private final UUID registration;

    /** @param found at {@link #PLACE} */
    HazelcastSignal(Object found, Runnable wake) {
        topic = ((HazelcastInstance) found).getTopic("claviger.changes");
        registration = topic.addMessageListener(message -> {
            Member sender = message.getPublishingMember();
            if (sender == null || !sender.localMember()) {
                wake.run();
            }
        });
    }

    @Override
    public void send() {
        topic.publish("");
    }

    @Override
    public void close() {
        topic.removeMessageListener(registration);
    }
}

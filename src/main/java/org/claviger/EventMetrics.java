package org.claviger;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.claviger.audit.Audit;
import org.claviger.audit.AuditEvent;
import org.claviger.oauth.GrantType;
import org.jspecify.annotations.Nullable;

/** Counts what is accounted for anyhow: tokens, sign-ins, reuse and whatever else {@link AuditEvent} names. */
final class EventMetrics implements BiConsumer<AuditEvent, String> {
    private final Map<AuditEvent, LongAdder> events = new EnumMap<>(AuditEvent.class);
    private final Map<String, LongAdder> tokens = new HashMap<>();

    /** All of them are there from the beginning, at zero: what appears with its first time has not increased. */
    EventMetrics(Meters meters) {
        Meters.Counter all = meters.counter("claviger_events", "What the audit log has, by event.", "event");
        for (AuditEvent event : AuditEvent.values()) {
            events.put(event, all.with(event.name().toLowerCase(Locale.ROOT)));
        }
        Meters.Counter issued = meters.counter(
                "claviger_tokens_issued", "Access tokens that were issued, by how they were asked for.", "grant");
        for (GrantType grant : GrantType.values()) {
            tokens.put(grant.value(), issued.with(grant.value()));
        }
        tokens.put(Audit.BROWSER_SESSION, issued.with(Audit.BROWSER_SESSION));
    }

    @Override
    public void accept(AuditEvent event, String code) {
        increment(events.get(event));
        if (event == AuditEvent.TOKEN_ISSUED) {
            increment(tokens.get(code));
        }
    }

    private static void increment(@Nullable LongAdder counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}

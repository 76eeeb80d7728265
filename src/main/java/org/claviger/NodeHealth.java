package org.claviger;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * How this node is, and why: the checks of MicroProfile Health 4.0 section 2.1. Anybody may ask, so a reason names no address and
 * nothing that is stored; the log has that.
 */
final class NodeHealth {
    private final Service service;
    private final Supplier<Optional<String>> server;

    /**
     * What was looked at.
     *
     * @param reason what is wrong, also where that takes no node down
     */
    record Check(String name, boolean up, Optional<String> reason) {
        static Check of(String name, Optional<String> reason) {
            return new Check(name, reason.isEmpty(), reason);
        }

        /** One by which a node that is not well is up all the same. */
        static Check told(String name, Optional<String> reason) {
            return new Check(name, true, reason);
        }
    }

    /** @param server what is wrong with the server that this is deployed to */
    NodeHealth(Service service, Supplier<Optional<String>> server) {
        this.service = service;
        this.server = server;
    }

    /** Whether only a restart helps. A database that is away is no reason for one: it would be away for the next start too. */
    List<Check> live() {
        return List.of(Check.of("jobs", service.jobs().problem()));
    }

    /** Whether requests should be sent here, in the order of the names. */
    List<Check> ready() {
        Map<String, Supplier<Optional<String>>> checks = new TreeMap<>(service.checks());
        checks.put("server", server);
        Set<String> told = service.onlyTold();
        return checks.entrySet().stream()
                .map(check -> told.contains(check.getKey())
                        ? Check.told(check.getKey(), check.getValue().get())
                        : Check.of(check.getKey(), check.getValue().get()))
                .toList();
    }

    /** Whether this node has been ready for work once; it is for ever then. */
    List<Check> started() {
        return List.of(Check.of("open", service.waitsFor()));
    }
}

package org.claviger.trace;

import java.util.List;

/** The headers of a request. */
@FunctionalInterface
public interface Headers {
    /** Those of a request that has none, or of what nobody asked for. */
    Headers NONE = name -> List.of();

    /** All values of a header as they came; empty if there is none. */
    List<String> all(String name);
}

package org.claviger.audit;

import java.util.List;
import java.util.function.Supplier;
import org.claviger.trace.Trace;
import org.jspecify.annotations.Nullable;

/**
 * Where what is done at this moment came from.
 *
 * @param address of the caller; empty for what nobody asked for
 * @param correlation the same for all that comes of one request: 32 hexadecimal digits; empty as above
 * @param actor the {@code sub} of who administers; empty for anybody else
 */
public record Origin(String address, String correlation, String actor) {
    /** The same where it is not known who acts. */
    public Origin(String address, String correlation) {
        this(address, correlation, "");
    }

    /** Of what a node does by itself. */
    static final Origin NONE = new Origin("", "");

    private static final ThreadLocal<@Nullable Supplier<Origin>> CURRENT = new ThreadLocal<>();

    /** Holds for what this thread does until {@link #end}; asked for at most once, and only if there is something to account for. */
    public static void begin(Supplier<Origin> origin) {
        CURRENT.set(new Supplier<>() {
            private @Nullable Origin known;

            @Override
            public Origin get() {
                if (known == null) {
                    known = origin.get();
                }
                return known;
            }
        });
    }

    /** The same as before, and done by that subject; of what nobody asked for nobody is kept. */
    public static void actedBy(String subject) {
        if (CURRENT.get() != null) {
            Origin known = current();
            CURRENT.set(() -> new Origin(known.address, known.correlation, subject));
        }
    }

    /** Belongs into a {@code finally}: servers use their threads again. */
    public static void end() {
        CURRENT.remove();
    }

    /** That of what this thread does; of nothing that anybody asked for, all of it is empty. */
    public static Origin current() {
        Supplier<Origin> origin = CURRENT.get();
        return origin == null ? NONE : origin.get();
    }

    /** Does the work as part of the caller's trace, where it is not known already where it came from: a guarded application has no filter of ours. */
    public static void continuing(List<String> headers, Runnable work) {
        if (CURRENT.get() != null) {
            work.run();
            return;
        }
        begin(() -> new Origin("", correlation(headers, () -> "")));
        try {
            work.run();
        } finally {
            end();
        }
    }

    /**
     * The correlation that a caller asks for by the header {@code traceparent} (W3C Trace Context level 1 section 3.2): the identifier of
     * its trace. A header that is malformed or repeated is none, and begins nothing.
     *
     * @param otherwise makes 32 hexadecimal digits
     */
    public static String correlation(List<String> headers, Supplier<String> otherwise) {
        return Trace.named(headers).orElseGet(otherwise);
    }
}

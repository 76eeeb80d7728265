package org.claviger.discovery;

import java.util.function.Supplier;
import org.claviger.http.Document;
import org.claviger.jose.JwkSet;

/** The JWK set (RFC 7517 section 5) as it is now; its bytes are made once for each set. */
public final class JwksDocument implements Supplier<Document> {
    private final Supplier<JwkSet> keys;
    private volatile Rendered rendered;

    public JwksDocument(Supplier<JwkSet> keys) {
        this.keys = keys;
        this.rendered = new Rendered(keys.get());
    }

    private record Rendered(JwkSet keys, Document document) {
        @SuppressWarnings("ReferenceEquality") // it is the same object for as long as it is the same set
        boolean isOf(JwkSet now) {
            return keys == now;
        }

        Rendered(JwkSet keys) {
            this(keys, Document.json(keys.toJson()));
        }
    }

    @Override
    public Document get() {
        JwkSet now = keys.get();
        Rendered last = rendered;
        if (!last.isOf(now)) {
            last = new Rendered(now);
            rendered = last;
        }
        return last.document;
    }
}

package org.claviger.discovery;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.claviger.settings.RandomTokens;

/** A JSON document as it is now: ready bytes, and the {@code ETag} that names exactly these (RFC 9110 section 8.8.3). */
public final class Document {
    private final byte[] bytes;
    private final String etag;

    public Document(String json) {
        bytes = json.getBytes(StandardCharsets.UTF_8);
        etag = "\"" + RandomTokens.hash(json) + "\"";
    }

    String etag() {
        return etag;
    }

    int length() {
        return bytes.length;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }
}

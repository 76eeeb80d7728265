package org.claviger.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.claviger.settings.RandomTokens;

/** A document as it is now: ready bytes, and the {@code ETag} that names exactly these (RFC 9110 section 8.8.3). */
public final class Document {
    /** The media type of pictures that may hold scripts. */
    public static final String SVG = "image/svg+xml";

    private final String type;
    private final byte[] bytes;
    private final String etag;

    /** A document of any media type. */
    public Document(String type, byte[] bytes) {
        this.type = type;
        this.bytes = bytes.clone();
        this.etag = "\"" + RandomTokens.hash(bytes) + "\"";
    }

    public static Document json(String json) {
        return new Document("application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    String type() {
        return type;
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

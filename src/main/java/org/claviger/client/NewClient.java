package org.claviger.client;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.claviger.oauth.ClientId;
import org.claviger.settings.JsonMembers;

/** A client as somebody wants it registered, with its secret in clear; what exists is valid. */
public final class NewClient {
    /** ASVS 11.2: a secret that is checked with a fast keyed hash must be as good as random. */
    private static final int MIN_SECRET_LENGTH = 32;

    private static final int MAX_SECRET_LENGTH = 1_000;

    /** What the row of a client holds. */
    private static final int MAX_METADATA = 100_000;

    // RFC 6749 appendix A.1 allows a space, which nobody sees at the end of a name.
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7E]{1,255}");

    // RFC 6749 appendix A.2: client-secret = *VSCHAR
    private static final Pattern SECRET =
            Pattern.compile("[\\x20-\\x7E]{" + MIN_SECRET_LENGTH + "," + MAX_SECRET_LENGTH + "}");

    private final Client client;
    private final String metadata;
    private final Optional<String> secret;

    private NewClient(Client client, String metadata, Optional<String> secret) {
        this.client = client;
        this.metadata = metadata;
        this.secret = secret;
    }

    /**
     * Reads a client.
     *
     * @param entry with the member names of RFC 7591 section 2
     * @param pointer where the entry stands in its file
     * @param classifications those that there are
     * @throws IllegalArgumentException with the pointer to what does not fit
     */
    public static NewClient parse(JsonObject entry, String pointer, Set<String> classifications) {
        NewClient client = parse(entry, pointer);
        client.requireClassification(pointer, classifications);
        return client;
    }

    /** The same, of whatever classification. */
    public static NewClient parse(JsonObject entry, String pointer) {
        JsonMembers members = new JsonMembers(entry, pointer);
        members.text("client_id", ID.asMatchPredicate(), "must be 1 to 255 printable ASCII characters without spaces");
        Client client = ClientMetadata.parse(entry, pointer);
        if (client.isPublic() && members.has("client_secret")) {
            throw members.refuse("client_secret", "a public client has none");
        }
        if (!client.isPublic() && !members.has("client_secret")) {
            throw members.refuse("client_secret", "is missing; token_endpoint_auth_method none makes a public client");
        }
        Optional<String> secret = members.text(
                "client_secret",
                SECRET.asMatchPredicate(),
                "must have at least " + MIN_SECRET_LENGTH + " and at most " + MAX_SECRET_LENGTH
                        + " printable ASCII characters");
        String metadata =
                Json.createObjectBuilder(entry).remove("client_secret").build().toString();
        if (metadata.length() > MAX_METADATA) {
            throw new IllegalArgumentException(pointer + ": is longer than " + MAX_METADATA + " characters");
        }
        return new NewClient(client, metadata, secret);
    }

    /**
     * Refuses a classification that is none of these.
     *
     * @throws IllegalArgumentException with the pointer to it
     */
    public void requireClassification(String pointer, Set<String> classifications) {
        if (!classifications.contains(client.classification())) {
            throw new IllegalArgumentException(
                    pointer + "/classification: must be one of " + String.join(", ", new TreeSet<>(classifications)));
        }
    }

    public ClientId id() {
        return client.id();
    }

    String metadata() {
        return metadata;
    }

    /** Empty for a public client. */
    Optional<String> secret() {
        return secret;
    }
}

package org.claviger.client;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.claviger.oauth.ClientId;
import org.claviger.settings.JsonMembers;
import org.claviger.settings.RandomTokens;

/** A client as somebody wants it registered, with its secret in clear; what exists is valid. */
public final class NewClient {
    private static final String SECRET_MEMBER = "client_secret";

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

    private NewClient(Client client, JsonObject entry, String pointer, Optional<String> secret) {
        this.client = client;
        this.metadata =
                Json.createObjectBuilder(entry).remove(SECRET_MEMBER).build().toString();
        this.secret = secret;
        if (metadata.length() > MAX_METADATA) {
            throw new IllegalArgumentException(pointer + ": is longer than " + MAX_METADATA + " characters");
        }
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
        Client client = vet(entry, pointer);
        if (client.isPublic() && members.has(SECRET_MEMBER)) {
            throw members.refuse(SECRET_MEMBER, "a public client has none");
        }
        if (!client.isPublic() && !members.has(SECRET_MEMBER)) {
            throw members.refuse(SECRET_MEMBER, "is missing; token_endpoint_auth_method none makes a public client");
        }
        Optional<String> secret = members.text(
                SECRET_MEMBER,
                SECRET.asMatchPredicate(),
                "must have at least " + MIN_SECRET_LENGTH + " and at most " + MAX_SECRET_LENGTH
                        + " printable ASCII characters");
        return new NewClient(client, entry, pointer, secret);
    }

    /**
     * The same for a client whose secret, if it needs one, is made here.
     *
     * @param entry without {@code client_secret}
     */
    public static NewClient make(JsonObject entry, Set<String> classifications, RandomTokens tokens) {
        refuseSecret(entry);
        Client client = vet(entry, "");
        NewClient made =
                new NewClient(client, entry, "", client.isPublic() ? Optional.empty() : Optional.of(tokens.secret()));
        made.requireClassification("", classifications);
        return made;
    }

    /**
     * What becomes of a client by a JSON merge patch (RFC 7396). It has a secret here only if it had none before and needs one.
     *
     * @throws IllegalArgumentException with the pointer to what does not fit
     */
    public static NewClient change(
            JsonObject metadata, JsonObject patch, Set<String> classifications, RandomTokens tokens) {
        refuseSecret(patch);
        JsonObject entry = Json.createMergePatch(patch).apply(metadata).asJsonObject();
        if (!Objects.equals(metadata.get("client_id"), entry.get("client_id"))) {
            throw new JsonMembers(entry, "").refuse("client_id", "cannot be changed");
        }
        Client client = vet(entry, "");
        boolean needsSecret =
                !client.isPublic() && ClientMetadata.parseStored(metadata).isPublic();
        NewClient changed =
                new NewClient(client, entry, "", needsSecret ? Optional.of(tokens.secret()) : Optional.empty());
        changed.requireClassification("", classifications);
        return changed;
    }

    private static void refuseSecret(JsonObject entry) {
        if (entry.containsKey(SECRET_MEMBER)) {
            throw new JsonMembers(entry, "").refuse(SECRET_MEMBER, "is made by the server");
        }
    }

    /** What holds for every client, whoever registers it. */
    private static Client vet(JsonObject entry, String pointer) {
        JsonMembers members = new JsonMembers(entry, pointer);
        members.text("client_id", ID.asMatchPredicate(), "must be 1 to 255 printable ASCII characters without spaces");
        members.text("client_id", id -> !id.equals(ClientId.CONSOLE.value()), "is the administration console's");
        return ClientMetadata.parse(entry, pointer);
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

    boolean isPublic() {
        return client.isPublic();
    }

    /** In clear; empty for a public client, and for a changed one that keeps what it has. */
    public Optional<String> secret() {
        return secret;
    }
}

package org.claviger.client;

import jakarta.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.jose.TokenType;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.Scope;
import org.claviger.settings.Classification;
import org.claviger.settings.JsonMembers;
import org.claviger.settings.Lifetimes;

/** Reads a client from JSON with the member names of RFC 7591 section 2, refusing what does not fit together. */
final class ClientMetadata {
    /** The prefix of the groups that open Claviger itself: no client and no user of an application can carry one. */
    private static final String RESERVED_GROUP = "claviger-";

    // RFC 6454 section 6.2, as browsers write it
    private static final Pattern ORIGIN =
            Pattern.compile("https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\\[[0-9a-f:]+](:[0-9]{1,5})?");

    private final JsonMembers members;

    private ClientMetadata(JsonMembers members) {
        this.members = members;
    }

    /**
     * Reads a client as somebody registers it.
     *
     * @param pointer where the object stands in its file
     * @throws IllegalArgumentException with the pointer to the member that does not fit
     */
    static Client parse(JsonObject object, String pointer) {
        JsonMembers members = new JsonMembers(object, pointer);
        ClientMetadata metadata = new ClientMetadata(members);
        Client client = metadata.read();
        metadata.refuseForeignScope(client.scope());
        members.text("client_secret"); // its value is the business of who registers the client
        members.refuseOthers();
        return client;
    }

    /** Reads a client that is registered. Members that only a later version knows are passed over: nodes are updated one by one. */
    static Client parseStored(JsonObject object) {
        return new ClientMetadata(new JsonMembers(object, "")).read();
    }

    private Client read() {
        ClientId id = valid("client_id", () -> new ClientId(members.require("client_id")));
        ClientAuthenticationMethod method = authenticationMethod();
        Set<GrantType> grantTypes = grantTypes();
        if (method == ClientAuthenticationMethod.NONE && grantTypes.contains(GrantType.CLIENT_CREDENTIALS)) {
            // RFC 6749 section 4.4: "The client credentials grant type MUST only be used by confidential clients."
            throw members.refuse("grant_types", "a public client cannot have client_credentials");
        }
        return new Client(
                id,
                members.text("client_name").orElse(id.value()),
                method,
                grantTypes,
                redirectUris(grantTypes),
                members.texts("post_logout_redirect_uris", RedirectUris::isAcceptable, RedirectUris.EXPECTED),
                valid("scope", () -> Scope.parse(members.text("scope").orElse(""))),
                members.text("audience"),
                members.text("resource"),
                accessTokenType(),
                signingAlgorithm(),
                groups("groups"),
                members.has("user_groups") ? Optional.of(groups("user_groups")) : Optional.empty(),
                members.text("classification").orElse(Classification.STANDARD),
                members.number("refresh_token_leeway", 0, Lifetimes.LONGEST_LEEWAY.toSeconds())
                        .map(Duration::ofSeconds),
                members.texts(
                        "allowed_origins",
                        ORIGIN.asMatchPredicate(),
                        "must be an origin such as https://app.example.org, without a path"));
    }

    private ClientAuthenticationMethod authenticationMethod() {
        // RFC 7591 section 2: "If unspecified or omitted, the default is 'client_secret_basic'".
        return ClientAuthenticationMethod.find(
                        members.text("token_endpoint_auth_method").orElse("client_secret_basic"))
                .orElseThrow(() -> members.refuse(
                        "token_endpoint_auth_method", "must be client_secret_basic, client_secret_post or none"));
    }

    private Set<GrantType> grantTypes() {
        // RFC 7591 section 2: "If omitted, the default behavior is that the client will use only the
        // authorization_code".
        return members.has("grant_types")
                ? Set.copyOf(members.values(
                        "grant_types",
                        GrantType::find,
                        "must be authorization_code, refresh_token or client_credentials"))
                : Set.of(GrantType.AUTHORIZATION_CODE);
    }

    private List<String> redirectUris(Set<GrantType> grantTypes) {
        List<String> uris = members.texts("redirect_uris", RedirectUris::isAcceptable, RedirectUris.EXPECTED);
        if (grantTypes.contains(GrantType.AUTHORIZATION_CODE) && uris.isEmpty()) {
            throw members.refuse("redirect_uris", "is missing; authorization_code needs one");
        }
        return uris;
    }

    /** Scopes are free, except those that begin as ours do. */
    private void refuseForeignScope(Scope scope) {
        if (scope.tokens().anyMatch(token -> token.startsWith(Scope.RESERVED) && !Scope.KNOWN.contains(token))) {
            throw members.refuse(
                    "scope", "what begins with " + Scope.RESERVED + " must be of " + String.join(", ", Scope.KNOWN));
        }
    }

    private TokenType accessTokenType() {
        return TokenType.find(members.text("access_token_typ").orElse("at+jwt"))
                .orElseThrow(() -> members.refuse("access_token_typ", "must be at+jwt or JWT"));
    }

    private Optional<SigningAlgorithm> signingAlgorithm() {
        String name = "access_token_signed_response_alg";
        return members.text(name).map(value -> SigningAlgorithm.find(value)
                .orElseThrow(() -> members.refuse(name, "must be RS256, PS256, ES256 or EdDSA")));
    }

    private Set<String> groups(String name) {
        return Set.copyOf(members.texts(
                name,
                group -> !group.startsWith(RESERVED_GROUP),
                "must not be a group that begins with " + RESERVED_GROUP));
    }

    private <T> T valid(String name, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException invalid) {
            String message = String.valueOf(invalid.getMessage());
            throw message.startsWith("/") ? invalid : members.refuse(name, message);
        }
    }
}

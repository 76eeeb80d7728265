package org.claviger.client;

import jakarta.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.claviger.jose.TokenType;
import org.claviger.oauth.ClientId;
import org.claviger.oauth.GrantType;
import org.claviger.oauth.Scope;
import org.claviger.settings.JsonMembers;

/** Reads a client from JSON with the member names of RFC 7591 section 2, refusing what does not fit together. */
final class ClientMetadata {
    /** The prefix of the groups that open Claviger itself: no client and no user of an application can carry one. */
    private static final String RESERVED_GROUP = "claviger-";

    private final JsonMembers members;

    private ClientMetadata(JsonMembers members) {
        this.members = members;
    }

    /**
     * @param pointer where the object stands in its file
     * @throws IllegalArgumentException with the pointer to the member that does not fit
     */
    static Client parse(JsonObject object, String pointer) {
        JsonMembers members = new JsonMembers(object, pointer);
        Client client = new ClientMetadata(members).read();
        members.text("client_secret"); // its value is the business of who registers the client
        members.refuseOthers();
        return client;
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
                uris("post_logout_redirect_uris"),
                valid("scope", () -> Scope.parse(members.text("scope").orElse(""))),
                members.text("audience"),
                accessTokenType(),
                groups("groups"),
                members.has("user_groups") ? Optional.of(groups("user_groups")) : Optional.empty(),
                members.text("classification").orElse("standard"),
                members.texts("allowed_origins"));
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
        List<String> names = members.has("grant_types") ? members.texts("grant_types") : List.of("authorization_code");
        return names.stream()
                .map(name -> GrantType.find(name)
                        .orElseThrow(() -> members.refuse(
                                "grant_types", "must be of authorization_code, refresh_token and client_credentials")))
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<String> redirectUris(Set<GrantType> grantTypes) {
        List<String> uris = uris("redirect_uris");
        if (grantTypes.contains(GrantType.AUTHORIZATION_CODE) && uris.isEmpty()) {
            throw members.refuse("redirect_uris", "is missing; authorization_code needs one");
        }
        return uris;
    }

    private List<String> uris(String name) {
        List<String> uris = members.texts(name);
        if (!uris.stream().allMatch(RedirectUris::isAcceptable)) {
            throw members.refuse(
                    name,
                    "must be https, http on loopback, or a private-use scheme with a dot; without fragment or wildcard");
        }
        return uris;
    }

    private TokenType accessTokenType() {
        return TokenType.find(members.text("access_token_typ").orElse("at+jwt"))
                .orElseThrow(() -> members.refuse("access_token_typ", "must be at+jwt or JWT"));
    }

    private Set<String> groups(String name) {
        List<String> groups = members.texts(name);
        if (groups.stream().anyMatch(group -> group.startsWith(RESERVED_GROUP))) {
            throw members.refuse(name, "must not name a group that begins with " + RESERVED_GROUP);
        }
        return Set.copyOf(groups);
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

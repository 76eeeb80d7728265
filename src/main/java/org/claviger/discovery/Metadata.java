package org.claviger.discovery;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.claviger.client.ClientAuthenticationMethod;
import org.claviger.jose.SigningAlgorithm;
import org.claviger.oauth.GrantType;
import org.claviger.settings.Issuer;
import org.claviger.settings.Settings;

/** The authorization server metadata (RFC 8414 section 2): all that works, and nothing that does not. */
public final class Metadata {
    private Metadata() {}

    public static String of(Settings settings) {
        Issuer issuer = settings.issuer();
        return Json.createObjectBuilder()
                .add("issuer", issuer.value())
                .add("authorization_endpoint", issuer.at("/authorize"))
                .add("token_endpoint", issuer.at("/token"))
                .add("jwks_uri", issuer.at("/jwks"))
                .add("response_types_supported", array(Stream.of("code")))
                .add("response_modes_supported", array(Stream.of("query")))
                .add(
                        "grant_types_supported",
                        array(Arrays.stream(GrantType.values()).map(GrantType::value)))
                .add("token_endpoint_auth_methods_supported", methods(method -> true))
                .add("revocation_endpoint", issuer.at("/revoke"))
                .add("revocation_endpoint_auth_methods_supported", methods(method -> true))
                .add("introspection_endpoint", issuer.at("/introspect"))
                // RFC 7662 section 2.1 wants callers to be authorized, so a public client is none.
                .add(
                        "introspection_endpoint_auth_methods_supported",
                        methods(method -> method != ClientAuthenticationMethod.NONE))
                // RFC 9701 section 7; that of the key in force, which a changed setting reaches only after its
                // announcement
                .add(
                        "introspection_signing_alg_values_supported",
                        array(Arrays.stream(SigningAlgorithm.values()).map(SigningAlgorithm::value)))
                .add("code_challenge_methods_supported", array(Stream.of("S256")))
                // RFC 9207 section 3
                .add("authorization_response_iss_parameter_supported", true)
                .build()
                .toString();
    }

    private static JsonArrayBuilder methods(Predicate<ClientAuthenticationMethod> condition) {
        return array(Arrays.stream(ClientAuthenticationMethod.values())
                .filter(condition)
                .map(ClientAuthenticationMethod::value));
    }

    private static JsonArrayBuilder array(Stream<String> values) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        values.forEach(array::add);
        return array;
    }
}

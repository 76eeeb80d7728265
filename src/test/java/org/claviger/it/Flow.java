package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.form;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What most tests begin with: users who are signed in, and clients of {@code it/import.json} that ask for tokens as registered. */
final class Flow {
    private final RunningClaviger claviger;
    private final Map<String, Browser> browsers = new HashMap<>();

    Flow(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    /** The browser of a user, always the same: who has signed in once stays so, and no password is hashed again. */
    Browser browser(String username) {
        return browsers.computeIfAbsent(username, name -> new Browser(claviger, name));
    }

    /** An authorization request that is right, for the first redirect URI of the client and all of its scope. */
    AuthorizationRequest request(String clientId, Pkce pkce) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", clientId);
        parameters.put("redirect_uri", redirectUri(clientId));
        parameters.put("scope", claviger.client(clientId).getString("scope"));
        parameters.put("state", "state of " + clientId);
        parameters.put("code_challenge", pkce.challenge());
        parameters.put("code_challenge_method", "S256");
        return new AuthorizationRequest(parameters);
    }

    String redirectUri(String clientId) {
        return claviger.client(clientId).getJsonArray("redirect_uris").getString(0);
    }

    /** A code that the user has granted to the client. */
    String code(String clientId, String username, Pkce pkce) throws InterruptedException, IOException {
        return browser(username).authorize(request(clientId, pkce)).code();
    }

    HttpResponse<String> redeem(String clientId, String code, Pkce pkce) throws InterruptedException, IOException {
        return token(
                clientId,
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                redirectUri(clientId),
                "code_verifier",
                pkce.verifier());
    }

    HttpResponse<String> refresh(String clientId, String refreshToken, String... more)
            throws InterruptedException, IOException {
        List<String> parameters =
                new ArrayList<>(List.of("grant_type", "refresh_token", "refresh_token", refreshToken));
        parameters.addAll(List.of(more));
        return token(clientId, parameters.toArray(String[]::new));
    }

    /** A request to the token endpoint by a client that authenticates in its registered way. */
    HttpResponse<String> token(String clientId, String... parameters) throws InterruptedException, IOException {
        return ask("token", clientId, parameters);
    }

    HttpResponse<String> revoke(String clientId, String token) throws InterruptedException, IOException {
        return ask("revoke", clientId, "token", token);
    }

    HttpResponse<String> introspect(String clientId, String token) throws InterruptedException, IOException {
        return ask("introspect", clientId, "token", token);
    }

    /** A request to an endpoint by a client that authenticates in its registered way. */
    HttpResponse<String> ask(String endpoint, String clientId, String... parameters)
            throws InterruptedException, IOException {
        String path = "/api/v2/auth/" + endpoint;
        JsonObject client = claviger.client(clientId);
        String body = form(parameters);
        return switch (client.getString("token_endpoint_auth_method")) {
            case "none" -> claviger.post(path, body + "&" + form("client_id", clientId));
            case "client_secret_post" ->
                claviger.post(
                        path,
                        body + "&" + form("client_id", clientId, "client_secret", client.getString("client_secret")));
            default -> claviger.post(path, body, "Authorization", claviger.basic(clientId));
        };
    }

    /** All the way: what a client has after a user granted it all that it may ask for. */
    JsonObject tokens(String clientId, String username) throws InterruptedException, IOException {
        Pkce pkce = Pkce.random();
        return granted(redeem(clientId, code(clientId, username, pkce), pkce));
    }

    /** The access token of a client that acts for itself. */
    String serviceToken(String clientId, String... more) throws InterruptedException, IOException {
        List<String> parameters = new ArrayList<>(List.of("grant_type", "client_credentials"));
        parameters.addAll(List.of(more));
        return granted(token(clientId, parameters.toArray(String[]::new))).getString("access_token");
    }

    /** The body of an answer that must be a success. */
    static JsonObject granted(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response);
    }

    /** Holds an answer to be this refusal (RFC 6749 section 5.2). */
    static void assertRefused(HttpResponse<String> response, int status, String error) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(json(response).getString("error")).as(response.body()).isEqualTo(error);
        assertThat(json(response).keySet()).containsExactlyInAnyOrder("error", "error_description");
    }

    /** An answer of the demo application to a bearer token. */
    HttpResponse<String> call(String path, String accessToken) throws InterruptedException, IOException {
        return claviger.get(path, "Authorization", "Bearer " + accessToken);
    }
}

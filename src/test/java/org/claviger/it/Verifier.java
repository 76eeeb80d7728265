package org.claviger.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Software of others that judges our tokens, set up as {@code docs/verifiers.md} says, before something that needs the role
 * {@code user} and tells the subject.
 *
 * @param name as the documentation calls it
 * @param ask what there is to a request with a token
 * @param client whose tokens are for it
 * @param audience whom tokens for it are for
 * @param introspects whether it asks Claviger about each token, and so hears of revocations
 */
record Verifier(String name, Question ask, String client, String audience, boolean introspects) {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** {@code https://elsewhere.example.org}: that of the client {@code elsewhere}. */
    static final String ELSEWHERE = "https://elsewhere.example.org";

    /** What takes a token and gives an answer. */
    interface Question {
        Answer ask(String token) throws InterruptedException, IOException;
    }

    /** A status of HTTP, and a body that names the subject. */
    record Answer(int status, String body) {}

    /** That which answers at an address. */
    static Question at(String address) {
        return token -> {
            HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                    .header("Authorization", "Bearer " + token)
                    .build();
            HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());
            return new Answer(answer.statusCode(), answer.body());
        };
    }

    Answer of(String token) throws InterruptedException, IOException {
        return ask.ask(token);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Our own configuration as it is published, for this issuer and audience. */
    static String configured(String published, String issuer, String audience) {
        return published
                .replace("https://sso.example.org/api/v2/auth", issuer)
                .replace("https://orders.example.org", audience);
    }
}

package org.claviger.calls;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReaderFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A client at the token endpoint of an authorization server (RFC 6749 section 3.2). Redirects are not followed; what takes longer
 * than its timeout or is larger than 64 KiB is no answer. Safe for many threads; one per client is enough.
 *
 * <pre>{@code
 * TokenSource tokens = new TokenClient(URI.create("https://sso.example.org/api/v2/auth"), "batch", secret)
 *         .clientCredentials("orders:read");
 * Client orders = ClientBuilder.newClient()
 *         .register(new BearerFilter(tokens, URI.create("https://orders.example.org/api")));
 * }</pre>
 */
public final class TokenClient {
    private static final int LARGEST = 65_536;
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final String WELL_KNOWN = "/.well-known/oauth-authorization-server";

    private final URI issuer;
    private final String clientId;
    private final Optional<String> secret;
    private final Duration timeout;
    private final HttpClient http;
    private final Clocks clocks;
    private final RandomGenerator random;
    private final JsonReaderFactory json;
    private volatile Optional<URI> endpoint;

    /**
     * A confidential client, which authenticates by {@code client_secret_basic} (RFC 6749 section 2.3.1).
     *
     * @param issuer its metadata (RFC 8414) says where the token endpoint is; {@code https}, or {@code http} on a loopback address
     * @throws IllegalArgumentException if it is no such URI, or the identifier or the secret is empty
     */
    public TokenClient(URI issuer, String clientId, String clientSecret) {
        this(issuer, clientId, Optional.of(clientSecret), systemClocks(), new SecureRandom());
    }

    TokenClient(URI issuer, String clientId, Optional<String> secret, Clocks clocks, RandomGenerator random) {
        this.issuer = secure(issuer, "the issuer");
        this.clientId = clientId;
        this.secret = secret;
        this.endpoint = Optional.empty();
        this.timeout = USUAL_TIMEOUT;
        this.http = HttpClient.newBuilder()
                .followRedirects(Redirect.NEVER)
                // Payara would be asked to change to HTTP/2 at each connection.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(USUAL_TIMEOUT)
                .build();
        this.clocks = clocks;
        this.random = random;
        // Now, because it is looked for by the class loader of the thread, and threads that ask later may have another.
        this.json = Json.createReaderFactory(Map.of());
        if (clientId.isEmpty() || secret.filter(String::isEmpty).isPresent()) {
            throw new IllegalArgumentException("a client needs an identifier, and a secret that is not empty");
        }
    }

    private TokenClient(TokenClient other, Optional<URI> endpoint, Duration timeout) {
        this.issuer = other.issuer;
        this.clientId = other.clientId;
        this.secret = other.secret;
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.http = other.http;
        this.clocks = other.clocks;
        this.random = other.random;
        this.json = other.json;
    }

    private static Clocks systemClocks() {
        return new Clocks(Clock.systemUTC(), System::nanoTime);
    }

    /** A public client (RFC 6749 section 2.1), which has no secret and can only refresh. */
    public static TokenClient withoutSecret(URI issuer, String clientId) {
        return new TokenClient(issuer, clientId, Optional.empty(), systemClocks(), new SecureRandom());
    }

    /** The same with a token endpoint that is known: no metadata are read. */
    public TokenClient at(URI tokenEndpoint) {
        URI known = secure(tokenEndpoint, "the token endpoint");
        return new TokenClient(this, Optional.of(known), timeout);
    }

    /**
     * The same with another time that an answer may take, in all; 10 s otherwise.
     *
     * @throws IllegalArgumentException if it is not between 1 ms and 5 min
     */
    public TokenClient timeout(Duration longest) {
        if (longest.toMillis() < 1 || longest.compareTo(LONGEST_PAUSE) > 0) {
            throw new IllegalArgumentException("a timeout is between 1 ms and 5 min");
        }
        return new TokenClient(this, endpoint, longest);
    }

    /**
     * Tokens for the client itself (RFC 6749 section 4.4), obtained when the first is needed. What they are for (the claim
     * {@code aud}) is registered with the client.
     *
     * @param scope what is asked for; nothing for all that the client may have
     * @throws IllegalStateException if it is a client without a secret (RFC 6749 section 4.4: confidential clients only)
     */
    public TokenSource clientCredentials(String... scope) {
        if (secret.isEmpty()) {
            throw new IllegalStateException("a client without a secret gets no token for itself");
        }
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        if (scope.length > 0) {
            form.put("scope", String.join(" ", scope));
        }
        return held(() -> TokenAnswer.of(ask(form, false)));
    }

    /** Tokens in the name of whoever granted a refresh token (RFC 6749 section 6). */
    public TokenSource refreshing(RefreshTokenStore store) {
        return held(new RefreshGrant(this, store));
    }

    private TokenSource held(HeldToken.Grant grant) {
        return new HeldToken("the client " + clientId + " at " + issuer, grant, clocks, random);
    }

    /**
     * One request to the token endpoint.
     *
     * @param isToTheEnd whether it goes on if the thread is interrupted
     * @return the JSON object of a successful answer
     */
    JsonObject ask(Map<String, String> parameters, boolean isToTheEnd) throws IOException {
        Map<String, String> form = new LinkedHashMap<>(parameters);
        HttpRequest.Builder request = request(endpoint()).header("Content-Type", "application/x-www-form-urlencoded");
        if (secret.isPresent()) {
            String pair = encode(clientId) + ":" + encode(secret.get());
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8)));
        } else {
            form.put("client_id", clientId);
        }
        String body = form.entrySet().stream()
                .map(each -> encode(each.getKey()) + "=" + encode(each.getValue()))
                .collect(Collectors.joining("&"));
        HttpResponse<byte[]> answer =
                send(request.POST(BodyPublishers.ofString(body)).build(), isToTheEnd);
        if (answer.statusCode() == 200) {
            return TokenAnswer.object(json, answer.body())
                    .orElseThrow(() -> TokenAnswer.malformed("is no JSON object"));
        }
        throw failure(answer);
    }

    private TokenException failure(HttpResponse<byte[]> answer) {
        int status = answer.statusCode();
        Optional<String> error =
                TokenAnswer.object(json, answer.body()).flatMap(members -> TokenAnswer.text(members, "error"));
        // RFC 6749 section 5.2 has these statuses for what it is the client that must change.
        if (error.isPresent() && (status == 400 || status == 401 || status == 403)) {
            return TokenRefusedException.of(error.get());
        }
        return new TokenUnavailableException("the token endpoint answers " + status, pause(answer), null);
    }

    private Duration pause(HttpResponse<byte[]> answer) {
        Duration asked =
                answer.headers().firstValue("Retry-After").map(this::pause).orElse(Duration.ZERO);
        Duration positive = asked.isNegative() ? Duration.ZERO : asked;
        return positive.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : positive;
    }

    /** RFC 9110 section 10.2.3: seconds or a date. */
    private Duration pause(String retryAfter) {
        if (retryAfter.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(retryAfter));
        }
        try {
            Instant then = ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(clocks.wall().instant(), then);
        } catch (DateTimeParseException unreadable) {
            return Duration.ZERO;
        }
    }

    private URI endpoint() throws IOException {
        Optional<URI> known = endpoint;
        if (known.isEmpty()) {
            known = Optional.of(discover());
            endpoint = known;
        }
        return known.get();
    }

    /** RFC 8414 section 3.1; then below the issuer, where Claviger has it too if somebody else, or nobody, serves the root. */
    private URI discover() throws IOException {
        String value = issuer.toString();
        String stripped = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        String path = URI.create(stripped).getRawPath();
        String origin = stripped.substring(0, stripped.length() - path.length());
        String why = "the issuer has no metadata";
        for (String place : List.of(origin + WELL_KNOWN + path, stripped + WELL_KNOWN)) {
            HttpResponse<byte[]> answer = send(request(URI.create(place)).GET().build(), false);
            int status = answer.statusCode();
            if (status == 429 || status >= 500) {
                throw new TokenUnavailableException("the metadata of the issuer answer " + status, pause(answer), null);
            }
            if (status == 200) {
                Optional<JsonObject> own =
                        TokenAnswer.object(json, answer.body()).filter(this::isOwn);
                if (own.isPresent()) {
                    return endpoint(own.get());
                }
                why = "the metadata are those of another issuer";
            } else if (status != 404) {
                why = "the metadata of the issuer answer " + status;
            }
        }
        throw new TokenUnavailableException(why, null);
    }

    /** RFC 8414 section 3.3: the issuer in it "MUST be identical to the authorization server's issuer identifier". */
    private boolean isOwn(JsonObject metadata) {
        return TokenAnswer.text(metadata, "issuer").equals(Optional.of(issuer.toString()));
    }

    private static URI endpoint(JsonObject metadata) throws TokenUnavailableException {
        try {
            return secure(
                    URI.create(TokenAnswer.text(metadata, "token_endpoint").orElse("")), "the token endpoint");
        } catch (IllegalArgumentException none) {
            throw new TokenUnavailableException("the metadata name no token endpoint that can be used", null);
        }
    }

    private HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(timeout).header("Accept", "application/json");
    }

    /** The timeout of a request ends with the headers; this one holds for the body too. */
    private HttpResponse<byte[]> send(HttpRequest request, boolean isToTheEnd) throws IOException {
        long begin = clocks.steady().getAsLong();
        boolean interrupted = false;
        CompletableFuture<HttpResponse<byte[]>> answer = http.sendAsync(request, head -> new LimitedBody(LARGEST));
        try {
            while (true) {
                try {
                    long gone = clocks.steady().getAsLong() - begin;
                    return answer.get(timeout.toNanos() - gone, TimeUnit.NANOSECONDS);
                } catch (InterruptedException stopped) {
                    interrupted = true;
                    if (!isToTheEnd) {
                        throw new InterruptedIOException("interrupted while asking for a token");
                    }
                }
            }
        } catch (ExecutionException failure) {
            throw new TokenUnavailableException(
                    "the authorization server cannot be reached or understood", failure.getCause());
        } catch (TimeoutException late) {
            throw new TokenUnavailableException("the authorization server did not answer within " + timeout, null);
        } finally {
            answer.cancel(true);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static URI secure(URI uri, String what) {
        if (!Destinations.isPrivate(uri) || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    what + " must be an https URL, or http on a loopback address, without user, query and fragment");
        }
        return uri;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }

    @Override
    public String toString() {
        return "TokenClient[issuer=" + issuer + ", clientId=" + clientId + "]";
    }
}

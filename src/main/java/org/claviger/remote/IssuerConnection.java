package org.claviger.remote;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.claviger.settings.Issuer;
import org.claviger.settings.ResourceServerSettings;
import org.claviger.trace.Span;
import org.claviger.trace.Trace;
import org.jspecify.annotations.Nullable;

/**
 * Asks the issuer over HTTP: by https, or by http on loopback, as its identifier says ({@link Issuer} accepts nothing else). No redirect is
 * followed and no proxy is used, so nobody else is asked; an answer has to be there as a whole in its time and within its size.
 */
final class IssuerConnection {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final Issuer issuer;
    private final String credentials;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(CONNECT)
            .build();

    IssuerConnection(Issuer issuer, ResourceServerSettings settings) {
        this.issuer = issuer;
        // RFC 6749 section 2.3.1: both halves are form-encoded.
        String pair = encode(settings.clientId()) + ":" + encode(settings.clientSecret());
        this.credentials = "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /**
     * What an answer may be.
     *
     * @param time until all of it is there
     * @param size in bytes
     */
    record Limits(Duration time, int size) {}

    /** @param cacheControl empty if there is none */
    record Answer(String cacheControl, String text) {}

    /** What anybody may read. */
    Answer get(String path, Limits limits) throws IssuerAwayException {
        return send(request(path).GET(), limits);
    }

    /** What only this client may read. */
    Answer getAsClient(String path, Limits limits) throws IssuerAwayException {
        return send(request(path).header("Authorization", credentials).GET(), limits);
    }

    /** The same with a form; it belongs to the trace of the request on whose behalf that is. */
    Answer postAsClient(String path, String form, Limits limits) throws IssuerAwayException {
        return sendTraced(
                request(path)
                        .header("Authorization", credentials)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(form)),
                limits);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(issuer.at(path))).header("Accept", "application/json");
    }

    /** What many requests share belongs to no trace: who sends a token with an unknown key has that read, and is nobody yet. */
    private Answer send(HttpRequest.Builder request, Limits limits) throws IssuerAwayException {
        return send(request.timeout(limits.time).build(), limits, true, Span.NONE);
    }

    private Answer sendTraced(HttpRequest.Builder request, Limits limits) throws IssuerAwayException {
        HttpRequest built = request.timeout(limits.time).build();
        URI uri = built.uri();
        Map<String, String> attributes = Map.of(
                "http.request.method",
                built.method(),
                "url.full",
                uri.resolve(uri.getRawPath()).toString());
        try (Span span = Trace.call(built.method(), attributes)) {
            span.set("server.address", uri.getHost()).set("server.port", port(uri));
            return send(withTrace(request, built), limits, true, span);
        }
    }

    /** The same request if the trace cannot be said of it: no token is worth less for that. */
    private static HttpRequest withTrace(HttpRequest.Builder request, HttpRequest built) {
        try {
            Trace.headers().forEach(request::setHeader);
            return request.build();
        } catch (RuntimeException odd) { // a header that the JDK does not let through
            return built;
        }
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    }

    /** @param again whether to ask once more where the connection broke: the issuer may just have closed one that was idle */
    private Answer send(HttpRequest built, Limits limits, boolean again, Span span) throws IssuerAwayException {
        CompletableFuture<HttpResponse<byte[]>> asked = http.sendAsync(built, head -> new Limited(limits.size));
        try {
            // Not the timeout of the request alone, which ends with the headers of the answer.
            HttpResponse<byte[]> answer = asked.get(limits.time.toMillis(), TimeUnit.MILLISECONDS);
            int status = answer.statusCode();
            span.set("http.response.status_code", status);
            if (status != 200) {
                span.failed(Integer.toString(status));
                throw new IssuerAwayException(built.uri().getPath() + " answers " + status, status);
            }
            return new Answer(
                    answer.headers().firstValue("Cache-Control").orElse(""),
                    new String(answer.body(), StandardCharsets.UTF_8));
        } catch (TimeoutException late) {
            asked.cancel(true);
            span.failed("timeout");
            throw new IssuerAwayException(
                    built.uri().getPath() + " has not answered within " + limits.time.toSeconds() + " s");
        } catch (ExecutionException failed) {
            if (again && isBroken(failed.getCause())) {
                return send(built, limits, false, span);
            }
            span.failed(String.valueOf(failed.getCause()).split(":", 2)[0]); // its class
            throw new IssuerAwayException(built.uri().getPath() + " cannot be read: " + failed.getCause());
        } catch (InterruptedException stopping) {
            asked.cancel(true);
            Thread.currentThread().interrupt();
            throw new IssuerAwayException("interrupted");
        }
    }

    private static boolean isBroken(@Nullable Throwable cause) {
        return cause instanceof IOException
                && !(cause instanceof HttpTimeoutException)
                && !(cause instanceof ConnectException)
                && !(cause instanceof TooLongException);
    }

    /** An answer is longer than any that is wanted. */
    private static final class TooLongException extends IOException {
        TooLongException(int limit) {
            super("longer than " + limit + " bytes");
        }
    }

    /** A body that ends the exchange where it grows too long. */
    private static final class Limited implements BodySubscriber<byte[]> {
        private final int limit;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private @Nullable Subscription subscription;

        Limited(int limit) {
            this.limit = limit;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (bytes.size() + buffer.remaining() > limit) {
                    if (subscription != null) {
                        subscription.cancel();
                    }
                    body.completeExceptionally(new TooLongException(limit));
                    return;
                }
                byte[] some = new byte[buffer.remaining()];
                buffer.get(some);
                bytes.writeBytes(some);
            }
        }

        @Override
        public void onError(Throwable broken) {
            body.completeExceptionally(broken);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}

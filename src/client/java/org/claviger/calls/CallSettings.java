package org.claviger.calls;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.Config;

/** What MicroProfile Config says of the calls of one name. */
final class CallSettings {
    private final Config config;
    private final String prefix;

    CallSettings(Config config, String name) {
        if (!name.matches("[A-Za-z0-9-]+")) {
            throw new IllegalArgumentException("the name of calls has letters, digits and hyphens, and not: " + name);
        }
        this.config = config;
        this.prefix = "claviger.calls." + name + ".";
    }

    BearerFilter filter(TokenSource caller, Supplier<Map<String, String>> trace, Supplier<RefreshTokenStore> store) {
        URI[] baseUris = config.getOptionalValues(prefix + "base-uris", String.class).orElse(List.of()).stream()
                .map(text -> value("base-uris", text, URI::create))
                .toArray(URI[]::new);
        String kind = find("token").orElse("client-credentials");
        TokenSource tokens =
                switch (kind) {
                    case "client-credentials" -> {
                        require("client-secret");
                        yield client().clientCredentials(scope());
                    }
                    case "refresh-token" -> client().refreshing(store.get());
                    case "caller" -> caller;
                    default -> throw refused("token", "must be client-credentials, refresh-token or caller");
                };
        return value("base-uris", baseUris, uris -> new BearerFilter(tokens, trace, uris));
    }

    private TokenClient client() {
        URI issuer = value("issuer", require("issuer"), URI::create);
        String clientId = require("client-id");
        Optional<String> secret = find("client-secret").map(this::secret);
        TokenClient client = value(
                "issuer",
                issuer,
                uri -> secret.isPresent()
                        ? new TokenClient(uri, clientId, secret.get())
                        : TokenClient.withoutSecret(uri, clientId));
        TokenClient there = find("token-endpoint")
                .map(text -> value("token-endpoint", text, uri -> client.at(URI.create(uri))))
                .orElse(client);
        return find("timeout")
                .map(text -> value("timeout", text, time -> there.timeout(Duration.parse(time))))
                .orElse(there);
    }

    /** The file is read once; to change the secret the application is restarted, as for other settings. */
    private String secret(String value) {
        if (!value.startsWith("file:")) {
            return value;
        }
        String secret;
        try {
            secret =
                    Files.readString(Path.of(value.substring("file:".length()))).strip();
        } catch (IOException | InvalidPathException unreadable) {
            throw refused("client-secret", "names a file that cannot be read");
        }
        if (secret.isEmpty()) {
            throw refused("client-secret", "names a file that is empty");
        }
        return secret;
    }

    private String[] scope() {
        return find("scope").map(scope -> scope.strip().split(" +")).orElse(new String[0]);
    }

    private Optional<String> find(String key) {
        return config.getOptionalValue(prefix + key, String.class);
    }

    private String require(String key) {
        return find(key).orElseThrow(() -> refused(key, "is missing"));
    }

    /** The message of a refusal names the key; its cause would repeat the value. */
    private <T, R> R value(String key, T value, Function<T, R> read) {
        try {
            return read.apply(value);
        } catch (IllegalArgumentException | DateTimeParseException unusable) {
            throw refused(
                    key,
                    unusable.getMessage() == null || value instanceof String
                            ? "cannot be used"
                            : unusable.getMessage());
        }
    }

    private IllegalArgumentException refused(String key, String why) {
        return new IllegalArgumentException(prefix + key + " " + why);
    }
}

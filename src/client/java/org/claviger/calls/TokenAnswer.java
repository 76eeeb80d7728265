package org.claviger.calls;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** The access token of a successful answer of a token endpoint (RFC 6749 section 5.1), which is never shown. */
record TokenAnswer(String accessToken, Duration life) {
    /** RFC 6750 section 2.1: what can stand in the header. */
    private static final Pattern B64TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    /** RFC 6749 appendix A.17. */
    private static final Pattern VISIBLE = Pattern.compile("[\\x20-\\x7e]+");

    private static final int LONGEST = 16_384;
    /** Where {@code expires_in} is left out, which RFC 6749 section 5.1 advises against. */
    private static final Duration SHORT = Duration.ofMinutes(1);

    private static final Duration LONG = Duration.ofDays(1);

    static TokenAnswer of(JsonObject json) throws TokenUnavailableException {
        String token = text(json, "access_token")
                .filter(TokenAnswer::canBeSent)
                .orElseThrow(() -> malformed("has no access_token that can be sent"));
        // RFC 6749 section 7.1: "The client MUST NOT use an access token if it does not understand the token type."
        if (text(json, "token_type").filter("Bearer"::equalsIgnoreCase).isEmpty()) {
            throw malformed("has another token_type");
        }
        return new TokenAnswer(token, life(json));
    }

    /** The refresh token that came with it, or with what is no access token. */
    static Optional<String> refreshToken(JsonObject json) throws TokenUnavailableException {
        Optional<String> refreshToken = text(json, "refresh_token");
        if (refreshToken
                .filter(value ->
                        value.length() > LONGEST || !VISIBLE.matcher(value).matches())
                .isPresent()) {
            throw malformed("has a refresh_token that cannot be sent");
        }
        return refreshToken;
    }

    /** Whether it can stand in an {@code Authorization} header. */
    static boolean canBeSent(String token) {
        return token.length() <= LONGEST && B64TOKEN.matcher(token).matches();
    }

    private static Duration life(JsonObject json) throws TokenUnavailableException {
        if (!json.containsKey("expires_in")) {
            return SHORT;
        }
        double seconds = json.get("expires_in") instanceof JsonNumber number ? value(number) : 0;
        if (!(seconds >= 1)) {
            throw malformed("has no expires_in that is a number of seconds");
        }
        return Duration.ofSeconds((long) Math.min(seconds, (double) LONG.toSeconds()));
    }

    /** Zero if it is no number that Java can have. */
    private static double value(JsonNumber number) {
        try {
            return number.doubleValue();
        } catch (RuntimeException unusable) {
            return 0;
        }
    }

    /** The JSON object of a body, if it is one. Implementations differ in what they throw at what is too deep or too large. */
    static Optional<JsonObject> object(JsonReaderFactory json, byte[] body) {
        try (JsonReader reader = json.createReader(new StringReader(new String(body, UTF_8)))) {
            return Optional.of(reader.readObject());
        } catch (RuntimeException none) {
            return Optional.empty();
        }
    }

    /** A member that is a text. */
    static Optional<String> text(JsonObject json, String name) {
        return json.get(name) instanceof JsonString text ? Optional.of(text.getString()) : Optional.empty();
    }

    static TokenUnavailableException malformed(String how) {
        return new TokenUnavailableException("the answer of the token endpoint " + how, null);
    }

    @Override
    public String toString() {
        return "TokenAnswer[life=" + life + "]";
    }
}

package org.claviger.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A token as Claviger issues it (RFC 9068 section 2), described step by step: without any step it is good, just issued, for a
 * user without groups. {@link #sign()} makes it; the methods after it make such as must be refused.
 */
public final class TestToken {
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    /** Generated when it is needed. */
    private static final class Stranger {
        static final KeyPair KEYS = TestIssuer.generate();

        private Stranger() {}
    }

    private final TestIssuer issuer;
    private final Instant now;
    private final Map<String, Object> claims = new LinkedHashMap<>();
    private final Map<String, Object> header = new LinkedHashMap<>();
    private Duration age = Duration.ZERO;
    private Duration lifetime = Duration.ofMinutes(15);

    TestToken(TestIssuer issuer, Instant now) {
        this.issuer = issuer;
        this.now = now;
        header.put("typ", "at+jwt");
        header.put("alg", "RS256");
        header.put("kid", issuer.kid());
        claims.put("iss", issuer.issuer());
        claims.put("aud", issuer.audience());
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("client_id", "test");
        claims.put("claviger_family", UUID.randomUUID().toString());
        user("user");
        groups();
    }

    /** Whose token it is: the claims {@code upn} and {@code preferred_username}, and a {@code sub} that is always the same for it. */
    public TestToken user(String username) {
        return claim("sub", UUID.nameUUIDFromBytes(username.getBytes(UTF_8)).toString())
                .claim("upn", username)
                .claim("preferred_username", username);
    }

    /** The roles of the user: the claims {@code groups} and {@code roles}. */
    public TestToken groups(String... groups) {
        return claim("groups", List.of(groups)).claim("roles", List.of(groups));
    }

    /** What was granted: scope tokens separated by blanks. */
    public TestToken scope(String scope) {
        return claim("scope", scope);
    }

    /** Whom it is for. */
    public TestToken audience(String... audience) {
        return claim("aud", audience.length == 1 ? audience[0] : List.of(audience));
    }

    /** The client that it was issued to. */
    public TestToken client(String clientId) {
        return claim("client_id", clientId);
    }

    /** Any claim: a text, a number, a truth value, a list or a map; null takes it away. */
    public TestToken claim(String name, Object value) {
        if (value == null) {
            claims.remove(name);
        } else {
            claims.put(name, value);
        }
        return this;
    }

    /** The type in the header; without this call {@code at+jwt}. */
    public TestToken type(String typ) {
        header.put("typ", typ);
        return this;
    }

    /** How long ago it was issued; without this call just now. */
    public TestToken age(Duration sinceIssued) {
        age = sinceIssued;
        return this;
    }

    /** How long it is good from when it was issued; without this call 15 minutes. */
    public TestToken lifetime(Duration fromIssued) {
        lifetime = fromIssued;
        return this;
    }

    /** The token. */
    public String sign() {
        return sign(issuer.keys().getPrivate());
    }

    /** The token, whose time was over a second ago. */
    public String expired() {
        return age(lifetime.plusSeconds(1)).sign();
    }

    /** A good token of another issuer. */
    public String foreign() {
        header.put("kid", "of-another-issuer");
        return claim("iss", "https://elsewhere.example.org").sign(Stranger.KEYS.getPrivate());
    }

    /** One that says it is of this issuer and signed with its key, and is signed with another. */
    public String forged() {
        return sign(Stranger.KEYS.getPrivate());
    }

    /** One that says it needs no signature, and has none (RFC 7518 section 3.6). */
    public String unsigned() {
        header.put("alg", "none");
        return input() + ".";
    }

    /** One whose claims were changed after it was signed. */
    public String tampered() {
        String signed = sign();
        claim("upn", "somebody else");
        return input() + signed.substring(signed.lastIndexOf('.'));
    }

    private String sign(PrivateKey key) {
        String input = input();
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(input.getBytes(UTF_8));
            return input + "." + BASE64URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String input() {
        Instant issued = now.minus(age);
        Map<String, Object> all = new LinkedHashMap<>(claims);
        all.putIfAbsent("iat", issued.getEpochSecond());
        all.putIfAbsent("auth_time", issued.getEpochSecond());
        all.putIfAbsent("exp", issued.plus(lifetime).getEpochSecond());
        return encode(header) + "." + encode(all);
    }

    private static String encode(Map<String, ?> json) {
        return BASE64URL.encodeToString(Json.write(json).getBytes(UTF_8));
    }
}

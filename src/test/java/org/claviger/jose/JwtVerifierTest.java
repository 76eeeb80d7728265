package org.claviger.jose;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.claviger.jose.RawJws.base64url;
import static org.claviger.jose.RawJws.hs256;
import static org.claviger.jose.TestKeys.AUDIENCE;
import static org.claviger.jose.TestKeys.CLAIMS;
import static org.claviger.jose.TestKeys.HEADER;
import static org.claviger.jose.TestKeys.ISSUER;
import static org.claviger.jose.TestKeys.KID;
import static org.claviger.jose.TestKeys.NOW;
import static org.claviger.jose.TestKeys.OTHER;
import static org.claviger.jose.TestKeys.OURS;
import static org.claviger.jose.TestKeys.claims;
import static org.claviger.jose.TestKeys.claimsWithout;
import static org.claviger.jose.TestKeys.header;
import static org.claviger.jose.TestKeys.headerWith;
import static org.claviger.jose.TestKeys.signed;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.claviger.TestClock;
import org.jose4j.jwe.ContentEncryptionAlgorithmIdentifiers;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtVerifierTest {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final TestClock clock = new TestClock();
    private final JwtVerifier verifier = new JwtVerifier(ISSUER, () -> TestKeys.JWKS, clock);

    private void assertRefused(String token) {
        assertThatThrownBy(() -> verifier.verify(token, AUDIENCE))
                .isInstanceOf(InvalidTokenException.class)
                .satisfies(refusal -> {
                    if (token.length() > 100) {
                        assertThat(refusal.getMessage()).doesNotContain(token.substring(token.length() - 20));
                    }
                });
    }

    @Test
    void aGoodTokenIsAccepted() throws InvalidTokenException {
        String token = signed(HEADER, CLAIMS);

        VerifiedJwt jwt = verifier.verify(token, AUDIENCE);

        assertThat(jwt.encoded()).isEqualTo(token);
        assertThat(jwt.type()).isEqualTo(TokenType.AT_JWT);
        assertThat(jwt.text("sub")).contains("s");
        assertThat(jwt.find("exp")).contains(NOW + 900);
        assertThat(jwt.names())
                .containsExactlyInAnyOrder("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope");
    }

    @Test
    void theOrderOfTheHeaderMembersDoesNotMatter() throws InvalidTokenException {
        String header = "{\"kid\":\"" + KID + "\",\"alg\":\"RS256\",\"typ\":\"JWT\"}";

        assertThat(verifier.verify(signed(header, CLAIMS), AUDIENCE).type()).isEqualTo(TokenType.JWT);
    }

    @Test
    void oneOfSeveralAudiencesIsEnough() throws InvalidTokenException {
        String both = claimsWithout("aud").replace("{", "{\"aud\":[\"https://x.example\",\"" + AUDIENCE + "\"],");

        assertThat(verifier.verify(signed(HEADER, both), AUDIENCE).texts("aud"))
                .containsExactly("https://x.example", AUDIENCE);
    }

    @Test
    void j5ATokenLivesUntilTheInstantThatItNames() throws InvalidTokenException {
        String token = signed(HEADER, CLAIMS);

        clock.set(Instant.ofEpochSecond(NOW + 899));
        assertThat(verifier.verify(token, AUDIENCE).encoded()).isEqualTo(token);
        clock.advance(Duration.ofMillis(999));
        assertThat(verifier.verify(token, AUDIENCE).encoded()).isEqualTo(token);
        clock.advance(Duration.ofMillis(1));
        assertThatThrownBy(() -> verifier.verify(token, AUDIENCE))
                .isInstanceOf(InvalidTokenException.class)
                .hasMessage("the token has expired");
        clock.advance(Duration.ofDays(10_000));
        assertRefused(token);
    }

    @Test
    void j5ATokenIsRefusedBeforeTheInstantThatItNames() throws InvalidTokenException {
        String token = signed(HEADER, claims(",'nbf':" + (NOW + 10)));

        assertRefused(token);
        clock.set(Instant.ofEpochSecond(NOW + 10));
        assertThat(verifier.verify(token, AUDIENCE).find("nbf")).contains(NOW + 10);
    }

    @Test
    void keysThatAreAddedCountAtOnceAndKeysThatAreRemovedNoLonger() throws InvalidTokenException {
        AtomicReference<JwkSet> keys = new AtomicReference<>(new JwkSet(List.of()));
        JwtVerifier rotating = new JwtVerifier(ISSUER, keys::get, clock);
        String token = signed(HEADER, CLAIMS);

        assertThatThrownBy(() -> rotating.verify(token, AUDIENCE)).isInstanceOf(InvalidTokenException.class);
        keys.set(TestKeys.JWKS);
        assertThat(rotating.verify(token, AUDIENCE).encoded()).isEqualTo(token);
        keys.set(new JwkSet(List.of(VerificationKey.of(OTHER.getPublic(), SigningAlgorithm.RS256))));
        assertThatThrownBy(() -> rotating.verify(token, AUDIENCE)).isInstanceOf(InvalidTokenException.class);
    }

    static Stream<Arguments> algorithms() {
        List<Arguments> forgeries = new ArrayList<>();
        PrivateKey ours = OURS.getPrivate();
        for (String none : List.of("none", "None", "NONE", "nOnE", "")) {
            String header = header("at+jwt", none, KID);
            forgeries.add(argumentSet("alg '" + none + "', no signature", RawJws.of(header, CLAIMS, RawJws.bytes(0))));
            forgeries.add(argumentSet("alg '" + none + "', some bytes", RawJws.of(header, CLAIMS, RawJws.bytes(256))));
            forgeries.add(argumentSet("alg '" + none + "', signed", RawJws.of(header, CLAIMS, RawJws.rs256(ours))));
        }
        forgeries.add(argumentSet("empty signature", RawJws.of(HEADER, CLAIMS, RawJws.bytes(0))));
        forgeries.add(argumentSet("signature of zeros", RawJws.of(HEADER, CLAIMS, RawJws.bytes(256))));
        forgeries.add(argumentSet("signature of one byte", RawJws.of(HEADER, CLAIMS, RawJws.bytes(1))));
        forgeries.add(argumentSet("no alg", signed("{\"typ\":\"at+jwt\",\"kid\":\"" + KID + "\"}", CLAIMS)));
        forgeries.add(argumentSet("alg null", signed(HEADER.replace("\"RS256\"", "null"), CLAIMS)));
        forgeries.add(argumentSet("alg a number", signed(HEADER.replace("\"RS256\"", "256"), CLAIMS)));
        forgeries.add(argumentSet("alg a list", signed(HEADER.replace("\"RS256\"", "[\"RS256\"]"), CLAIMS)));
        forgeries.add(argumentSet("alg an object", signed(HEADER.replace("\"RS256\"", "{}"), CLAIMS)));
        forgeries.add(argumentSet("alg rs256", signed(header("at+jwt", "rs256", KID), CLAIMS)));
        forgeries.add(argumentSet("alg unknown", signed(header("at+jwt", "XS256", KID), CLAIMS)));
        forgeries.add(argumentSet(
                "RS384 by the right key", RawJws.of(header("at+jwt", "RS384", KID), CLAIMS, RawJws.rs384(ours))));
        forgeries.add(argumentSet(
                "PS256 by the right key", RawJws.of(header("at+jwt", "PS256", KID), CLAIMS, RawJws.ps256(ours))));
        forgeries.add(argumentSet("RS384 that claims RS256", RawJws.of(HEADER, CLAIMS, RawJws.rs384(ours))));
        forgeries.add(argumentSet("PS256 that claims RS256", RawJws.of(HEADER, CLAIMS, RawJws.ps256(ours))));
        forgeries.add(argumentSet("SHA-1 that claims RS256", RawJws.of(HEADER, CLAIMS, RawJws.rs1(ours))));
        forgeries.add(argumentSet(
                "ES256 with r = s = 0 (CVE-2022-21449)",
                RawJws.of(header("at+jwt", "ES256", KID), CLAIMS, RawJws.bytes(64))));
        forgeries.add(
                argumentSet("EdDSA of zeros", RawJws.of(header("at+jwt", "EdDSA", KID), CLAIMS, RawJws.bytes(64))));
        forgeries.add(
                argumentSet("another RSA key, same kid", RawJws.of(HEADER, CLAIMS, RawJws.rs256(OTHER.getPrivate()))));
        return forgeries.stream();
    }

    @ParameterizedTest
    @MethodSource("algorithms")
    void j3OnlyTheAlgorithmOfTheKeyIsAccepted(String token) {
        assertRefused(token);
    }

    static Stream<Arguments> publicKeyAsSecret() {
        byte[] der = OURS.getPublic().getEncoded();
        byte[] pkcs1 = Arrays.copyOfRange(der, 24, der.length);
        List<Arguments> forgeries = new ArrayList<>();
        BiConsumer<String, byte[]> add = (name, key) -> {
            for (String alg : List.of("HS256", "hs256", "RS256")) {
                forgeries.add(argumentSet(
                        alg + " keyed with " + name, RawJws.of(header("at+jwt", alg, KID), CLAIMS, hs256(key))));
            }
        };
        add.accept("DER", der);
        add.accept("PKCS #1 DER", pkcs1);
        add.accept("the modulus", TestKeys.publicKey().getModulus().toByteArray());
        for (String newline : List.of("", "\n", "\r\n", "\n\n")) {
            String name = newline.isEmpty() ? "" : " and " + newline.length() + " bytes of line end";
            add.accept("PEM" + name, (RawJws.pem("PUBLIC KEY", der) + newline).getBytes(UTF_8));
            add.accept("PKCS #1 PEM" + name, (RawJws.pem("RSA PUBLIC KEY", pkcs1) + newline).getBytes(UTF_8));
            add.accept("JWK" + name, (TestKeys.OUR_KEY.toJson() + newline).getBytes(UTF_8));
            add.accept("JWK set" + name, (TestKeys.JWKS.toJson() + newline).getBytes(UTF_8));
            add.accept("DER in base64" + name, (Base64.getEncoder().encodeToString(der) + newline).getBytes(UTF_8));
        }
        add.accept("white space (CVE-2023-48223)", " ".getBytes(UTF_8));
        add.accept("NUL", new byte[1]);
        return forgeries.stream();
    }

    @ParameterizedTest
    @MethodSource("publicKeyAsSecret")
    void j3ThePublicKeyIsNoSecret(String token) {
        assertRefused(token);
    }

    static Stream<Arguments> headers() {
        String otherJwk =
                VerificationKey.of(OTHER.getPublic(), SigningAlgorithm.RS256).toJson();
        String otherKid =
                VerificationKey.of(OTHER.getPublic(), SigningAlgorithm.RS256).kid();
        RawJws.Signer other = RawJws.rs256(OTHER.getPrivate());
        List<Arguments> forgeries = new ArrayList<>();
        BiConsumer<String, String> byOther =
                (name, header) -> forgeries.add(argumentSet(name, RawJws.of(header, CLAIMS, other)));
        BiConsumer<String, String> byUs = (name, header) -> forgeries.add(argumentSet(name, signed(header, CLAIMS)));

        byOther.accept("J4 unknown kid", header("at+jwt", "RS256", otherKid));
        byOther.accept("J4 embedded jwk (CVE-2018-0114)", headerWith("'jwk':" + otherJwk));
        byOther.accept(
                "J4 embedded jwk with its own kid",
                header("at+jwt", "RS256", otherKid).replace("}", ",\"jwk\":" + otherJwk + "}"));
        byOther.accept(
                "J4 embedded jwk without kid", "{\"typ\":\"at+jwt\",\"alg\":\"RS256\",\"jwk\":" + otherJwk + "}");
        for (String kid : List.of(
                "../../dev/null",
                "/dev/null",
                "file:///dev/null",
                "' OR 1=1 --",
                "x' UNION SELECT 'AA",
                "a\\r\\nSet-Cookie: x",
                "a\\u0000b",
                "https://attacker.example/jwks",
                "",
                "null",
                KID + " ",
                KID.toLowerCase(Locale.ROOT) + "x",
                KID.substring(1))) {
            byOther.accept("J4 kid '" + kid + "'", header("at+jwt", "RS256", kid));
            byUs.accept("J4 kid '" + kid + "' by our key", header("at+jwt", "RS256", kid));
        }
        byOther.accept("J4 kid of 64 kB", header("at+jwt", "RS256", "k".repeat(65_536)));
        byUs.accept("J4 kid of 10 kB", header("at+jwt", "RS256", "k".repeat(10_000)));
        byUs.accept("J4 no kid", "{\"typ\":\"at+jwt\",\"alg\":\"RS256\"}");
        byUs.accept("J4 kid null", HEADER.replace("\"" + KID + "\"", "null"));
        byUs.accept("J4 kid a number", HEADER.replace("\"" + KID + "\"", "1"));
        byUs.accept("J4 kid a list", HEADER.replace("\"" + KID + "\"", "[\"" + KID + "\"]"));
        for (String member : List.of(
                "'jwk':" + TestKeys.OUR_KEY.toJson(),
                "'jku':'http://127.0.0.1:1/jwks'",
                "'x5u':'http://127.0.0.1:1/x5u'",
                "'x5c':['MIIB']",
                "'x5t':'AAAA'",
                "'x5t#S256':'AAAA'",
                "'zip':'DEF'",
                "'enc':'A256GCM'",
                "'p2c':2147483647",
                "'cty':'JWT'",
                "'b64':true",
                "'b64':false,'crit':['b64']",
                "'crit':[]",
                "'crit':['exp'],'exp':1",
                "'crit':['alg']",
                "'crit':null",
                "'iss':'" + ISSUER + "'",
                "'':''")) {
            byUs.accept("J4, J6 header member " + member, headerWith(member));
        }
        for (String typ : List.of(
                "JWT;",
                "jwt",
                "Jwt",
                "AT+JWT",
                "At+Jwt",
                "at+jwt ",
                " at+jwt",
                "at jwt",
                "",
                "logout+jwt",
                "JWE",
                "application/jwt",
                "token-introspection+jwt",
                "null")) {
            byUs.accept("R4 typ '" + typ + "'", header(typ, "RS256", KID));
        }
        byUs.accept("R4 no typ, like an ID token", "{\"alg\":\"RS256\",\"kid\":\"" + KID + "\"}");
        byUs.accept("R4 typ null", HEADER.replace("\"at+jwt\"", "null"));
        byUs.accept("R4 typ a list", HEADER.replace("\"at+jwt\"", "[\"at+jwt\"]"));
        byUs.accept("J6 alg twice", headerWith("'alg':'RS256'"));
        byUs.accept("J6 alg none and RS256", HEADER.replace("{", "{\"alg\":\"none\","));
        byUs.accept("J6 kid twice", headerWith("'kid':'" + KID + "'"));
        byUs.accept("J6 typ twice", headerWith("'typ':'at+jwt'"));
        byUs.accept("J6 a name twice, once escaped", headerWith("'\\u0061lg':'RS256'"));
        byUs.accept("J6 header a list", "[" + HEADER + "]");
        byUs.accept("J6 header a text", "\"x\"");
        byUs.accept("J6 header null", "null");
        byUs.accept("J6 header a number", "1");
        byUs.accept("J6 header cut", HEADER.substring(0, HEADER.length() - 1));
        byUs.accept("J6 header and more", HEADER + "}");
        byUs.accept("J6 two headers", HEADER + HEADER);
        byUs.accept("J6 header of spaces", "   ");
        byUs.accept("J6 header with a NUL before it", "\0" + HEADER);
        byUs.accept("J6 header nested deeply", headerWith("'x':" + "[".repeat(5_000) + "]".repeat(5_000)));
        return forgeries.stream();
    }

    @ParameterizedTest
    @MethodSource("headers")
    void onlyAlgKidAndTypMakeAHeader(String token) {
        assertRefused(token);
    }

    static Stream<Arguments> badClaims() {
        List<Arguments> forgeries = new ArrayList<>();
        BiConsumer<String, String> add = (name, claims) -> forgeries.add(argumentSet(name, signed(HEADER, claims)));
        for (String name : List.of("iss", "sub", "aud", "exp", "iat", "jti")) {
            add.accept("no " + name, claimsWithout(name));
            add.accept(name + " null", claimsWithout(name).replace("{", "{\"" + name + "\":null,"));
            add.accept(name + " an object", claimsWithout(name).replace("{", "{\"" + name + "\":{},"));
        }
        for (String issuer : List.of(
                "https://attacker.example",
                ISSUER + "/",
                ISSUER.replace("https", "http"),
                ISSUER.toUpperCase(Locale.ROOT),
                ISSUER + "/admin",
                "https://id.example.org",
                "")) {
            add.accept("iss '" + issuer + "'", CLAIMS.replace(ISSUER, issuer));
        }
        add.accept("iss a list", CLAIMS.replace("\"" + ISSUER + "\"", "[\"" + ISSUER + "\"]"));
        for (String audience : List.of(
                "https://other.example.org", AUDIENCE + "/", AUDIENCE.substring(1), ISSUER + "/admin", "*", "")) {
            add.accept("J2 aud '" + audience + "'", CLAIMS.replace(AUDIENCE, audience));
        }
        add.accept("J2 aud an empty list", CLAIMS.replace("\"" + AUDIENCE + "\"", "[]"));
        add.accept("J2 aud a list of others", CLAIMS.replace("\"" + AUDIENCE + "\"", "[\"a\",\"b\"]"));
        add.accept("J2 aud a number", CLAIMS.replace("\"" + AUDIENCE + "\"", "1"));
        add.accept("J2 aud within a list", CLAIMS.replace("\"" + AUDIENCE + "\"", "[[\"" + AUDIENCE + "\"]]"));
        String exp = "\"exp\":" + (NOW + 900);
        add.accept("J5 exp now", CLAIMS.replace(exp, "\"exp\":" + NOW));
        add.accept("J5 exp a second ago", CLAIMS.replace(exp, "\"exp\":" + (NOW - 1)));
        add.accept("J5 exp 0", CLAIMS.replace(exp, "\"exp\":0"));
        add.accept("J5 exp negative", CLAIMS.replace(exp, "\"exp\":-1"));
        add.accept("J5 exp a text", CLAIMS.replace(exp, "\"exp\":\"" + (NOW + 900) + "\""));
        add.accept("J5 exp true", CLAIMS.replace(exp, "\"exp\":true"));
        add.accept("J5 nbf a second from now", claims(",'nbf':" + (NOW + 1)));
        add.accept("J5 nbf a text", claims(",'nbf':'" + NOW + "'"));
        add.accept("sub a number", CLAIMS.replace("\"sub\":\"s\"", "\"sub\":1"));
        add.accept("jti a number", CLAIMS.replace("\"jti\":\"j\"", "\"jti\":1"));
        add.accept("iat a text", CLAIMS.replace("\"iat\":" + NOW, "\"iat\":\"now\""));
        add.accept("J6 aud twice", claims(",'aud':'" + AUDIENCE + "'"));
        add.accept("J6 another aud and then ours", CLAIMS.replace("{", "{\"aud\":\"https://x.example\","));
        add.accept("J6 sub twice", claims(",'sub':'admin'"));
        add.accept("J6 exp twice", claims(",'exp':" + (NOW + 900)));
        add.accept("J6 a name twice, once escaped", claims(",'\\u0073ub':'admin'"));
        add.accept("J6 a list", "[" + CLAIMS + "]");
        add.accept("J6 a text", "\"x\"");
        add.accept("J6 null", "null");
        add.accept("J6 cut", CLAIMS.substring(0, CLAIMS.length() - 1));
        add.accept("J6 and more", CLAIMS + "}");
        add.accept("J6 two objects", CLAIMS + CLAIMS);
        add.accept("no JSON", "claims");
        add.accept("J6 a name without quotes", CLAIMS.replace("\"sub\"", "sub"));
        add.accept("J6 a comment", CLAIMS.replace("{", "{/**/"));
        add.accept("J6 a byte order mark", "\ufeff" + CLAIMS);
        add.accept("J6 not a number", claims(",'x':NaN"));
        return forgeries.stream();
    }

    @ParameterizedTest
    @MethodSource("badClaims")
    void claimsThatOurOwnKeySignedAreStillChecked(String token) {
        assertRefused(token);
    }

    static Stream<Arguments> spellings() throws JoseException {
        String token = signed(HEADER, CLAIMS);
        String[] parts = token.split("\\.", -1);
        List<Arguments> spellings = new ArrayList<>();
        BiConsumer<String, String> add = (name, spelling) -> spellings.add(argumentSet(name, spelling));
        add.accept("empty", "");
        add.accept("a dot", ".");
        add.accept("two dots", "..");
        add.accept("no signature and no dot", parts[0] + "." + parts[1]);
        add.accept("no signature", parts[0] + "." + parts[1] + ".");
        add.accept("no header", "." + parts[1] + "." + parts[2]);
        add.accept("no claims", parts[0] + ".." + parts[2]);
        add.accept("a fourth part", token + ".");
        add.accept("a fourth part with something in it", token + "." + parts[2]);
        add.accept("the parts in another order", parts[1] + "." + parts[0] + "." + parts[2]);
        add.accept("the JSON serialization", "{\"protected\":\"" + parts[0] + "\"}");
        for (int i = 0; i < 3; i++) {
            for (String more : List.of("=", "==", "A", " ", "\n", "\r\n", "+", "/", "%3D", "\0", "é", "\u200b")) {
                String[] changed = parts.clone();
                changed[i] = parts[i] + more;
                add.accept("'" + more + "' behind part " + (i + 1), String.join(".", changed));
                changed[i] = more + parts[i];
                add.accept("'" + more + "' before part " + (i + 1), String.join(".", changed));
                changed[i] = parts[i].substring(0, 5) + more + parts[i].substring(5);
                add.accept("'" + more + "' inside part " + (i + 1), String.join(".", changed));
            }
        }
        for (JsonWebEncryption jwe : List.of(jwe("RSA-OAEP-256"), jwe("RSA-OAEP"))) {
            String compact = jwe.getCompactSerialization();
            add.accept("JWE with our public key, " + jwe.getAlgorithmHeaderValue(), compact);
            String[] five = compact.split("\\.", -1);
            add.accept("three parts of such a JWE", five[0] + "." + five[3] + "." + five[1]);
        }
        return spellings.stream();
    }

    private static JsonWebEncryption jwe(String algorithm) {
        JsonWebEncryption jwe = new JsonWebEncryption();
        jwe.setHeader("typ", "at+jwt");
        jwe.setKeyIdHeaderValue(KID);
        jwe.setAlgorithmHeaderValue(algorithm);
        jwe.setEncryptionMethodHeaderParameter(ContentEncryptionAlgorithmIdentifiers.AES_128_CBC_HMAC_SHA_256);
        jwe.setKey(OURS.getPublic());
        jwe.setPayload(CLAIMS);
        return jwe;
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void j6OnlyOneSpellingIsAccepted(String token) {
        assertRefused(token);
    }

    @Test
    void j6TheUnusedBitsOfEachPartMustBeZero() {
        String token = signed(HEADER, CLAIMS);
        String[] parts = token.split("\\.", -1);
        int respelled = 0;
        for (int i = 0; i < 3; i++) {
            byte[] bytes = Base64.getUrlDecoder().decode(parts[i]);
            String begin = parts[i].substring(0, parts[i].length() - 1);
            for (int c = 0; c < ALPHABET.length(); c++) {
                char last = ALPHABET.charAt(c);
                if (!parts[i].equals(begin + last)
                        && Arrays.equals(bytes, Base64.getUrlDecoder().decode(begin + last))) {
                    String[] changed = parts.clone();
                    changed[i] = begin + last;
                    assertRefused(String.join(".", changed));
                    respelled++;
                }
            }
        }
        // 256 bytes of signature leave 4 unused bits.
        assertThat(respelled).isGreaterThanOrEqualTo(15);
    }

    @Test
    void noPrefixOfATokenIsAToken() {
        String token = signed(HEADER, CLAIMS);

        IntStream.range(0, token.length()).forEach(length -> assertRefused(token.substring(0, length)));
    }

    @Test
    void noSuffixOfATokenIsAToken() {
        String token = signed(HEADER, CLAIMS);

        IntStream.rangeClosed(1, token.length()).forEach(begin -> assertRefused(token.substring(begin)));
    }

    @Test
    void noTokenWithOneCharacterChangedIsAToken() {
        String token = signed(HEADER, CLAIMS);
        for (int i = 0; i < token.length(); i++) {
            int place = ALPHABET.indexOf(token.charAt(i));
            for (char other :
                    new char[] {ALPHABET.charAt((place + 1) % 64), ALPHABET.charAt((place + 32) % 64), '.', '='}) {
                if (other != token.charAt(i)) {
                    assertRefused(token.substring(0, i) + other + token.substring(i + 1));
                }
            }
        }
    }

    @Test
    void noTokenWithOneCharacterLeftOutIsAToken() {
        String token = signed(HEADER, CLAIMS);

        IntStream.range(0, token.length()).forEach(i -> assertRefused(token.substring(0, i) + token.substring(i + 1)));
    }

    @Test
    void thePartsOfTwoTokensMakeNoThird() {
        String[] first = signed(HEADER, CLAIMS).split("\\.", -1);
        String[] second = signed(HEADER, claims(",'groups':['admin']")).split("\\.", -1);

        assertRefused(first[0] + "." + second[1] + "." + first[2]);
    }

    @Test
    void sixteenKilobytesAreReadAndMoreAreNot() throws InvalidTokenException {
        String largest = null;
        for (int length = 11_600; largest == null || largest.length() < 16_384; length++) {
            String token = signed(HEADER, claims(",'x':'" + "x".repeat(length) + "'"));
            if (token.length() > 16_384) {
                break;
            }
            largest = token;
        }
        String tooLong = signed(HEADER, claims(",'x':'" + "x".repeat(12_000) + "'"));

        assertThat(largest).hasSizeBetween(16_380, 16_384);
        assertThat(verifier.verify(largest, AUDIENCE).text("x")).isPresent();
        assertThat(tooLong).hasSizeGreaterThan(16_384);
        assertRefused(tooLong);
        assertRefused("a".repeat(10_000_000));
        assertRefused(".".repeat(16_384));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "undefined", "Bearer", "eyJ", "\u0000", "🔑.🔑.🔑"})
    void garbageIsRefused(String token) {
        assertRefused(token);
    }

    @Test
    void whatTheSignerSignsIsAccepted() throws InvalidTokenException {
        Map<String, Object> claims =
                Map.of("iss", ISSUER, "sub", "é🔑\"\\", "aud", AUDIENCE, "exp", NOW + 1, "iat", NOW, "jti", "j");
        String token = new JwtSigner()
                .sign(TokenType.JWT, claims, new SigningKey(KID, SigningAlgorithm.RS256, OURS.getPrivate()));

        VerifiedJwt jwt = verifier.verify(token, AUDIENCE);

        assertThat(jwt.type()).isEqualTo(TokenType.JWT);
        assertThat(jwt.text("sub")).contains("é🔑\"\\");
        assertThat(new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[0]), UTF_8))
                .isEqualTo("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"" + KID + "\"}");
        assertThat(base64url(Base64.getUrlDecoder().decode(token.split("\\.", -1)[2])))
                .hasSize(342);
    }

    private static final KeyPair OUR_EC = KeyType.of(SigningAlgorithm.ES256, 0).generate(new SecureRandom());
    private static final KeyPair OUR_EDWARDS =
            KeyType.of(SigningAlgorithm.EDDSA, 0).generate(new SecureRandom());

    private static KeyPair pair(SigningAlgorithm algorithm) {
        return switch (algorithm) {
            case RS256, PS256 -> OURS;
            case ES256 -> OUR_EC;
            case EDDSA -> OUR_EDWARDS;
        };
    }

    @ParameterizedTest
    @EnumSource
    void j3AKeyVerifiesItsOwnAlgorithmOnly(SigningAlgorithm algorithm) throws InvalidTokenException {
        KeyPair pair = pair(algorithm);
        VerificationKey key = VerificationKey.of(pair.getPublic(), algorithm);
        JwtVerifier ofKey = new JwtVerifier(ISSUER, () -> new JwkSet(List.of(key)), clock);
        Map<String, Object> claims =
                Map.of("iss", ISSUER, "sub", "s", "aud", AUDIENCE, "exp", NOW + 1, "iat", NOW, "jti", "j");
        String token =
                new JwtSigner().sign(TokenType.AT_JWT, claims, new SigningKey(key.kid(), algorithm, pair.getPrivate()));
        assertThat(ofKey.verify(token, AUDIENCE).text("jti")).contains("j");

        List<String> forgeries = new ArrayList<>();
        for (SigningAlgorithm other : SigningAlgorithm.values()) {
            if (other != algorithm) {
                forgeries.add(new JwtSigner()
                        .sign(
                                TokenType.AT_JWT,
                                claims,
                                new SigningKey(key.kid(), other, pair(other).getPrivate())));
            }
        }
        String header = header("at+jwt", algorithm.value(), key.kid());
        for (int length : new int[] {0, 1, 63, 64, 65, 256}) {
            forgeries.add(RawJws.of(header, CLAIMS, RawJws.bytes(length))); // CVE-2022-21449 among them
        }
        forgeries.add(RawJws.of(header, CLAIMS, hs256(pair.getPublic().getEncoded())));
        forgeries.add(token.substring(0, token.length() - 4) + "AAAA");
        assertThat(forgeries).allSatisfy(forgery -> assertThatThrownBy(() -> ofKey.verify(forgery, AUDIENCE))
                .isInstanceOf(InvalidTokenException.class));
    }
}

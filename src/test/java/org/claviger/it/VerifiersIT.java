package org.claviger.it;

import io.smallrye.jwt.auth.principal.ParseException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.claviger.run.StartFailure;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Payara's own MicroProfile JWT, SmallRye JWT as a library, and Spring Security. */
@Tag("any-database")
class VerifiersIT extends VerifierContract {
    private static final Pattern SPRING =
            Pattern.compile("(spring-|nimbus-jose-jwt|jcip-annotations|micrometer-(commons|observation)).*\\.jar");

    private final PlainServer server;
    private final Verifier payara;
    private final Verifier smallRye;
    private final Verifier spring;
    private final Verifier springAsking;

    VerifiersIT(RotatingClaviger claviger) throws InterruptedException, IOException, StartFailure {
        super(claviger);
        server = new PlainServer(
                RunningClaviger.folder().resolve("verifiers-plain"),
                microProfile(issuer(), issuer()),
                springApplication());
        payara = new Verifier(
                "Payara", Verifier.at(server.at("/microprofile/api/subject")), "microprofile", issuer(), false);
        SmallRyeVerifier library = new SmallRyeVerifier(issuer(), Verifier.ELSEWHERE);
        smallRye = new Verifier("SmallRye JWT", token -> ask(library, token), "elsewhere", Verifier.ELSEWHERE, false);
        spring = new Verifier(
                "Spring Security", Verifier.at(server.at("/spring/jwt")), "elsewhere", Verifier.ELSEWHERE, false);
        springAsking = new Verifier(
                "Spring Security that asks",
                Verifier.at(server.at("/spring/opaque")),
                "elsewhere",
                Verifier.ELSEWHERE,
                true);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    List<Verifier> verifiers() {
        return List.of(payara, smallRye, spring, springAsking);
    }

    /** An application with MicroProfile JWT, as {@code server-config/verifiers} configures it. */
    static WebArchive microProfile(String issuer, String audience) throws IOException {
        String published = Files.readString(Path.of("server-config/verifiers/microprofile-config.properties"));
        return ShrinkWrap.create(WebArchive.class, "microprofile.war")
                .addClasses(MicroProfileApplication.class, MicroProfileResource.class)
                .addAsResource(
                        new StringAsset(Verifier.configured(published, issuer, audience)),
                        "META-INF/microprofile-config.properties");
    }

    /** With what of the class path is Spring's. */
    private WebArchive springApplication() {
        File[] libraries = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(File::new)
                .filter(file -> SPRING.matcher(file.getName()).matches())
                .toArray(File[]::new);
        String settings = "issuer=" + issuer() + "\naudience=" + Verifier.ELSEWHERE
                + "\nclient-id=elsewhere-server\nclient-secret="
                + claviger.server().client("elsewhere-server").getString("client_secret") + "\n";
        return ShrinkWrap.create(WebArchive.class, "spring.war")
                .addPackage("org.claviger.it.spring")
                .addAsLibraries(libraries)
                .addAsWebInfResource(
                        new StringAsset("<beans/>"), "beans.xml") // Payara starts no CDI without, and fails then
                .addAsResource(new StringAsset(settings), "application.properties");
    }

    private static Verifier.Answer ask(SmallRyeVerifier library, String token) {
        try {
            return new Verifier.Answer(200, library.subject(token, "user"));
        } catch (ParseException refused) {
            return new Verifier.Answer(401, "");
        } catch (SecurityException lacking) {
            return new Verifier.Answer(403, "");
        }
    }

    @Test
    void payara_refuses_the_type_of_access_tokens() throws InterruptedException, IOException {
        assertRefused(payara, "at+jwt", made(payara).type("at+jwt").sign());
    }

    @Test
    void spring_security_that_is_told_of_access_tokens_refuses_every_other_type()
            throws InterruptedException, IOException {
        assertRefused(spring, "JWT", made(spring).type("JWT").sign());
        assertRefused(spring, "no client", made(spring).claim("client_id", null).sign());
    }

    /** What the documentation warns of. */
    @Test
    void spring_security_that_is_told_the_jwk_set_only_refuses_access_tokens_and_takes_those_for_others()
            throws InterruptedException, IOException {
        Verifier byDefault = new Verifier(
                "Spring Security by default",
                Verifier.at(server.at("/spring/default")),
                "elsewhere",
                Verifier.ELSEWHERE,
                false);
        assertRefused(byDefault, "at+jwt", made(byDefault).sign());
        assertAccepted(
                byDefault,
                made(byDefault)
                        .type("JWT")
                        .audience("https://another.example.org")
                        .claim("iss", "https://another.example.org")
                        .sign());
    }
}

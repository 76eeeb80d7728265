package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.claviger.run.StartFailure;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The MicroProfile JWT of a WildFly as it is delivered. */
@Tag("wildfly")
class WildFlyVerifierIT extends VerifierContract {
    private static final String ROLES =
            """
            <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
              <context-param>
                <param-name>resteasy.role.based.security</param-name>
                <param-value>true</param-value>
              </context-param>
            </web-app>
            """;

    private final PlainServer server;
    private final Verifier wildFly;

    WildFlyVerifierIT(RotatingClaviger claviger) throws InterruptedException, IOException, StartFailure {
        super(claviger);
        WebArchive enforcing = VerifiersIT.microProfile(issuer(), issuer()).setWebXML(new StringAsset(ROLES));
        WebArchive without =
                ShrinkWrap.create(WebArchive.class, "without.war").merge(VerifiersIT.microProfile(issuer(), issuer()));
        server = new PlainServer(RunningClaviger.folder().resolve("verifiers-plain"), enforcing, without);
        wildFly = new Verifier(
                "WildFly", Verifier.at(server.at("/microprofile/api/subject")), "microprofile", issuer(), false);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    List<Verifier> verifiers() {
        return List.of(wildFly);
    }

    /** It answers 500 where it knows no such key. */
    @Override
    void assertUnknownKeyRefused(Verifier verifier, String token) throws InterruptedException, IOException {
        assertThat(verifier.of(token).status()).isIn(401, 500);
    }

    @Test
    void it_takes_the_type_of_access_tokens() throws InterruptedException, IOException {
        assertAccepted(wildFly, made(wildFly).type("at+jwt").sign());
    }

    /** What the documentation warns of. */
    @Test
    void without_the_parameter_it_enforces_no_roles_of_resources() throws InterruptedException, IOException {
        Verifier.Question open = Verifier.at(server.at("/without/api/subject"));
        assertThat(open.ask(made(wildFly).groups("other").sign()).status()).isEqualTo(200);
    }
}

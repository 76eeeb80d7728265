package org.claviger.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.claviger.it.matrix.Constrained;
import org.claviger.it.matrix.Open;
import org.eclipse.microprofile.jwt.tck.container.ejb.EjbEndpoint;
import org.eclipse.microprofile.jwt.tck.container.ejb.IService;
import org.eclipse.microprofile.jwt.tck.container.ejb.ServiceEJB;
import org.eclipse.microprofile.jwt.tck.container.jaxrs.RolesEndpoint;
import org.eclipse.microprofile.jwt.tck.container.jaxrs.UnsecureTCKApplication;
import org.eclipse.microprofile.jwt.tck.container.jaxrs.UnsecuredPingEndpoint;
import org.eclipse.microprofile.jwt.tck.container.servlet.ServiceServlet;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The applications that the guard is tested on, and what the settings say of some of them. */
final class Matrix {
    /** What the settings say of {@code /strict}, {@code /basic} and {@code /unheard}; all others have the usual. */
    static final Map<String, String> SETTINGS = Map.of(
            "CLAVIGER_GUARD_EXCLUDE", "/basic",
            "CLAVIGER_GUARD_AUDIENCE", "/strict=https://strict.example.org",
            "CLAVIGER_GUARD_REQUIRED_SCOPE", "/strict=orders:read",
            "CLAVIGER_GUARD_ROLE_CLAIM", "/strict=duties",
            "CLAVIGER_GUARD_ROLE_MAPPING", "/strict=staff>clerk");

    private static final String BASIC =
            """
            <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
              <login-config>
                <auth-method>BASIC</auth-method>
                <realm-name>%s</realm-name>
              </login-config>
            </web-app>
            """;

    private Matrix() {}

    /** An application that has the server's own MicroProfile JWT verify tokens, by the JWK set of that issuer. */
    static WebArchive microProfile(String issuer) {
        return war("microprofile")
                .addClasses(MicroProfileApplication.class, MicroProfileResource.class)
                .addAsResource(
                        new StringAsset("mp.jwt.verify.publickey.location=" + issuer + "/jwks\n"
                                + "mp.jwt.verify.issuer=" + issuer + "\n"),
                        "META-INF/microprofile-config.properties");
    }

    /** An application that calls {@code /plain} by MicroProfile Rest Client. */
    private static WebArchive calls(String issuer) {
        String plain = issuer.replace("/api/v2/auth", "/plain/api");
        return war("calls")
                .addPackage("org.claviger.it.calls")
                .addAsLibrary(Path.of("target/claviger-client.jar").toFile())
                .addAsResource(
                        new StringAsset("orders/mp-rest/url=" + plain + "\n"),
                        "META-INF/microprofile-config.properties");
    }

    /** Packs those that this server can run. */
    static List<Path> wars(Path folder, String issuer) throws IOException {
        Path inject = Path.of("target/claviger-inject.jar");
        List<WebArchive> archives = new ArrayList<>(List.of(
                war("matrix").addPackage("org.claviger.it.matrix"),
                war("strict").addPackage("org.claviger.it.matrix"),
                war("matrix-inject").addPackage("org.claviger.it.matrixinject").addAsLibrary(inject.toFile()),
                microProfile(issuer),
                basic("basic"),
                basic("unheard")));
        if (!RunningClaviger.isWildFly()) { // whose standalone.xml has no MicroProfile Rest Client
            archives.add(calls(issuer));
        }
        archives.add(war("published")
                .addClasses(UnsecureTCKApplication.class, RolesEndpoint.class, UnsecuredPingEndpoint.class)
                .addAsLibrary(inject.toFile()));
        if (hasBeans()) {
            archives.add(
                    war("matrix-ejb").addPackage("org.claviger.it.matrixejb").addAsLibrary(inject.toFile()));
            archives.add(war("published-ejb")
                    .addClasses(UnsecureTCKApplication.class, EjbEndpoint.class, ServiceServlet.class)
                    .addClasses(ServiceEJB.class, IService.class)
                    .addAsLibrary(inject.toFile()));
        }
        List<Path> wars = new ArrayList<>();
        for (WebArchive archive : archives) {
            Path war = folder.resolve(archive.getName());
            archive.as(ZipExporter.class).exportTo(war.toFile(), true);
            wars.add(war);
        }
        return wars;
    }

    /** An application that has its callers sign in with BASIC by its {@code web.xml}. */
    static WebArchive basic(String name) {
        return war(name)
                .addClasses(Constrained.class, Open.class)
                .setWebXML(new StringAsset(BASIC.formatted(RunningClaviger.isWildFly() ? "ApplicationRealm" : "file")));
    }

    /** Whether the server has enterprise beans: {@code standalone-microprofile.xml} has none. */
    static boolean hasBeans() {
        return !System.getProperty("it.wildfly.configuration", "").equals("standalone-microprofile.xml");
    }

    private static WebArchive war(String name) {
        return ShrinkWrap.create(WebArchive.class, name + ".war");
    }
}

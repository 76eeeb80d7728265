package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.base64;

import java.io.IOException;
import java.util.Map;
import org.claviger.it.denied.DeniedByClass;
import org.claviger.it.matrix.MatrixApplication;
import org.claviger.run.StartFailure;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code claviger.guard.exclude} and {@code claviger.guard.include}: the root, and applications on another virtual server. */
@Tag("every-server")
@Tag("any-database")
@Tag("any-configuration")
class GuardedChoiceIT {
    private static final String USER = "Basic " + base64("walter:password-of-walter");

    private static WebArchive root() {
        return at("/", Matrix.basic("root"), "");
    }

    private static WebArchive shop(String name, String virtualHost) {
        return at("/shop", Matrix.basic(name), virtualHost);
    }

    private static WebArchive at(String contextRoot, WebArchive application, String more) {
        String root = "<context-root>" + contextRoot + "</context-root>";
        return application
                .addAsWebInfResource(new StringAsset("<jboss-web>" + root + more + "</jboss-web>"), "jboss-web.xml")
                .addAsWebInfResource(
                        new StringAsset("<payara-web-app>" + root + "</payara-web-app>"), "payara-web.xml");
    }

    /** The applications of both tests: at {@code /}, and at {@code /shop} on two virtual servers. */
    private static RunningClaviger start(String name, String key, String value)
            throws InterruptedException, IOException, StartFailure {
        RunningClaviger claviger =
                RunningClaviger.prepare(RunningClaviger.folder().resolve(name), Map.of(key, value));
        claviger.deploy(root());
        claviger.deploy(shop("shop", ""));
        claviger.deploy(ShrinkWrap.create(WebArchive.class, "denied.war")
                .addClasses(DeniedByClass.class, MatrixApplication.class));
        claviger.addVirtualServer("intern", "intern.example.org");
        if (RunningClaviger.isWildFly()) {
            claviger.deploy(shop("intern-shop", "<virtual-host>intern</virtual-host>"));
        }
        claviger.start();
        return claviger;
    }

    @Test
    void what_is_excluded_has_its_own_way_to_sign_in_and_all_else_is_guarded()
            throws InterruptedException, IOException, StartFailure {
        RunningClaviger claviger = start("exclude", "CLAVIGER_GUARD_EXCLUDE", "/, intern/shop");
        try {
            String bearer = "Bearer " + new Flow(claviger).serviceToken("service");
            assertBasic(claviger, "/constrained", "127.0.0.1", bearer);
            assertBasic(claviger, "/shop/constrained", "intern.example.org", bearer);
            assertGuarded(claviger, "/shop/constrained", bearer);
            assertGuarded(claviger, "/plain/api/orders", bearer);
            assertDenyAllOnAClassIsHeededOrTold(claviger, bearer);
        } finally {
            claviger.close();
        }
    }

    private static void assertDenyAllOnAClassIsHeededOrTold(RunningClaviger claviger, String bearer)
            throws InterruptedException, IOException {
        assertThat(claviger.get("/denied/api/denied/method", "Authorization", bearer)
                        .statusCode())
                .isEqualTo(403);
        int status = claviger.get("/denied/api/denied", "Authorization", bearer).statusCode();
        if (RunningClaviger.isWildFly()) {
            assertThat(status).isEqualTo(403);
            assertThat(claviger.log()).doesNotContain("CLAVIGER-0403");
        } else {
            assertThat(status).isEqualTo(200);
            claviger.awaitLog("CLAVIGER-0403 the application /denied has "
                    + DeniedByClass.class.getName()
                    + ".unannotated open to all");
        }
    }

    @Test
    void where_some_are_included_all_others_are_left_alone() throws InterruptedException, IOException, StartFailure {
        // By their full names: on Payara Claviger itself is on both virtual servers, and "/shop" would be meant on
        // each.
        String first = RunningClaviger.isWildFly() ? "default-host" : "server";
        RunningClaviger claviger = start("include", "CLAVIGER_GUARD_INCLUDE", first + "/shop, " + first + "/plain");
        try {
            String bearer = "Bearer " + new Flow(claviger).serviceToken("service");
            assertGuarded(claviger, "/shop/constrained", bearer);
            assertGuarded(claviger, "/plain/api/orders", bearer);
            assertBasic(claviger, "/constrained", "127.0.0.1", bearer);
            assertBasic(claviger, "/shop/constrained", "intern.example.org", bearer);
        } finally {
            claviger.close();
        }
    }

    private static void assertGuarded(RunningClaviger claviger, String path, String bearer) throws IOException {
        assertThat(ask(claviger, path, "127.0.0.1", bearer).status()).as(path).isEqualTo(200);
        assertThat(ask(claviger, path, "127.0.0.1", USER).status()).as(path).isEqualTo(401);
        assertThat(ask(claviger, path, "127.0.0.1", "Bearer garbage")
                        .header("WWW-Authenticate")
                        .orElse(""))
                .as(path)
                .contains("error=\"invalid_token\"");
    }

    private static void assertBasic(RunningClaviger claviger, String path, String host, String bearer)
            throws IOException {
        Wire.Answer signedIn = ask(claviger, path, host, USER);
        assertThat(signedIn.status()).as(host + path).isEqualTo(200);
        assertThat(signedIn.body()).isEqualTo("walter");
        Wire.Answer token = ask(claviger, path, host, bearer);
        assertThat(token.status()).as(host + path).isEqualTo(401);
        assertThat(token.header("WWW-Authenticate").orElse("")).startsWithIgnoringCase("Basic");
    }

    private static Wire.Answer ask(RunningClaviger claviger, String path, String host, String credential)
            throws IOException {
        return Wire.ask(
                claviger, "GET " + path, "Host: " + host + ":" + claviger.port(), "Authorization: " + credential);
    }
}

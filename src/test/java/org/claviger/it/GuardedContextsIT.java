package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.claviger.it.RunningClaviger.base64;
import static org.claviger.it.RunningClaviger.json;

import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.claviger.testkit.TestToken;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the settings {@code claviger.guard.…} say of single applications, see {@link Matrix#SETTINGS}, and who the caller is. */
@ExtendWith(ClavigerExtension.class)
@Tag("every-server")
class GuardedContextsIT {
    private static final String STRICT = "https://strict.example.org";

    private final RunningClaviger claviger;

    GuardedContextsIT(RunningClaviger claviger) {
        this.claviger = claviger;
    }

    private TestToken token() {
        return claviger.tokens().token().client("service").user("clara").groups("orders", "clerk", "ghost");
    }

    private HttpResponse<String> get(String path, TestToken token) throws InterruptedException, IOException {
        return claviger.get(path, "Authorization", "Bearer " + token.sign());
    }

    @Test
    void an_application_may_have_an_audience_of_its_own() throws InterruptedException, IOException {
        TestToken scoped = token().scope("orders:read");
        assertThat(get("/matrix/open", scoped).statusCode()).isEqualTo(200);
        assertThat(get("/strict/open", scoped).statusCode()).isEqualTo(401);
        TestToken strict = token().scope("orders:read").audience(STRICT);
        assertThat(get("/strict/open", strict).statusCode()).isEqualTo(200);
        assertThat(get("/matrix/open", strict).statusCode()).isEqualTo(401);
        TestToken both = token().scope("orders:read").audience(STRICT, claviger.issuer());
        assertThat(get("/strict/open", both).statusCode()).isEqualTo(200);
        assertThat(get("/matrix/open", both).statusCode()).isEqualTo(200);
    }

    @Test
    void an_application_may_need_a_scope() throws InterruptedException, IOException {
        for (TestToken without : List.of(
                token().audience(STRICT),
                token().audience(STRICT).scope("orders"),
                token().audience(STRICT).scope("orders:readers"))) {
            HttpResponse<String> answer = get("/strict/open", without);
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                    .contains("error=\"insufficient_scope\"")
                    .endsWith(", scope=\"orders:read\"");
        }
        assertThat(get("/strict/open", token().audience(STRICT).scope("profile orders:read"))
                        .statusCode())
                .isEqualTo(200);
        // Nobody is not asked for it where nobody is asked for anything, and told of it elsewhere.
        assertThat(claviger.get("/strict/open").statusCode()).isEqualTo(200);
        HttpResponse<String> anonymous = claviger.get("/strict/api/by-class");
        assertThat(anonymous.statusCode()).isEqualTo(401);
        assertThat(anonymous.headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer realm=\"claviger\", scope=\"orders:read\"");
    }

    @Test
    void an_application_may_take_its_roles_from_another_claim_and_call_them_differently()
            throws InterruptedException, IOException {
        TestToken staff =
                token().audience(STRICT).scope("orders:read").groups("orders").claim("duties", List.of("staff"));
        assertThat(get("/strict/api/who", staff).statusCode()).isEqualTo(200);
        assertThat(get("/strict/api/by-class", staff).statusCode()).isEqualTo(403);
        assertThat(get("/strict/constrained", staff).statusCode()).isEqualTo(403);
        staff.claim("duties", List.of("staff", "orders"));
        assertThat(get("/strict/api/by-class", staff).statusCode()).isEqualTo(200);
        assertThat(get("/strict/constrained", staff).statusCode()).isEqualTo(200);
    }

    @Test
    void all_interfaces_agree_about_the_caller() throws InterruptedException, IOException {
        HttpResponse<String> answer = get("/matrix/api/who", token());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonObject who = json(answer);
        for (String api : List.of("servlet", "jaxrs", "security")) {
            assertThat(who.getString(api)).as(api).isEqualTo("clara CallerToken");
        }
        assertThat(who.getBoolean("servlet clerk")).isTrue();
        assertThat(who.getBoolean("jaxrs clerk")).isTrue();
        // Payara asks there for roles that somebody has declared, and @RolesAllowed on a JAX-RS resource does not
        // count.
        assertThat(who.getBoolean("security clerk")).isEqualTo(RunningClaviger.isWildFly());
        assertThat(who.getString("authType")).isEqualTo("Bearer");
        assertThat(who.getString("jaxrsScheme")).isEqualTo("Bearer");
    }

    @Test
    @Tag("enterprise-beans")
    void an_enterprise_bean_sees_the_same_caller() throws InterruptedException, IOException {
        assertThat(get("/matrix-ejb/api/stateless", token()).body()).isEqualTo("clara");
        assertThat(get("/matrix-ejb/api/behind", token()).body()).isEqualTo("clara true");
    }

    @Test
    void the_token_and_its_claims_can_be_injected() throws InterruptedException, IOException {
        TestToken token = token().claim("exp", 4_000_000_000L);
        HttpResponse<String> answer = get("/matrix-inject/api/injected", token);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonObject injected = json(answer);
        for (String name : List.of("name", "upn")) {
            assertThat(injected.getString(name)).isEqualTo("clara");
        }
        for (String name : List.of("groups", "groupsValue")) {
            assertThat(injected.getString(name)).isEqualTo("[orders, clerk, ghost]");
        }
        for (String name : List.of("client", "jsonClient")) {
            assertThat(injected.getString(name)).isEqualTo("service");
        }
        for (String name : List.of("exp", "jsonExp")) {
            assertThat(injected.getString(name)).isEqualTo("4000000000");
        }
        assertThat(injected.getBoolean("nothing")).isFalse();
        assertThat(injected.getBoolean("nothingValue")).isFalse();
        assertThat(injected.getString("shared")).isEqualTo("clara clara");
        assertThat(json(get("/matrix-inject/api/injected", token().user("dora")))
                        .getString("shared"))
                .isEqualTo("dora dora");
        JsonObject nobody = json(claviger.get("/matrix-inject/api/injected"));
        assertThat(nobody.getString("name")).isEqualTo("null");
        assertThat(nobody.getString("groups")).isEqualTo("[]");
        assertThat(nobody.getString("shared")).isEqualTo("null null");
    }

    @Test
    void an_excluded_application_keeps_its_own_way_to_sign_in() throws InterruptedException, IOException {
        HttpResponse<String> anonymous = claviger.get("/basic/constrained");
        assertThat(anonymous.statusCode()).isEqualTo(401);
        assertThat(anonymous.headers().firstValue("WWW-Authenticate").orElse(""))
                .startsWithIgnoringCase("Basic realm=");
        assertThat(get("/basic/constrained", token()).statusCode()).isEqualTo(401);
        assertThat(claviger.get("/basic/open").statusCode()).isEqualTo(200);
        String good = "Basic " + base64("walter:password-of-walter");
        HttpResponse<String> signedIn = claviger.get("/basic/constrained", "Authorization", good);
        assertThat(signedIn.statusCode()).isEqualTo(200);
        assertThat(signedIn.body()).isEqualTo("walter");
        String bad = "Basic " + base64("walter:password of somebody");
        assertThat(claviger.get("/basic/constrained", "Authorization", bad).statusCode())
                .isEqualTo(401);
    }

    @Test
    void who_has_a_login_config_that_is_not_heard_is_told() throws InterruptedException, IOException {
        assertThat(claviger.get("/unheard/open").statusCode()).isEqualTo(200);
        assertThat(claviger.get("/unheard/constrained")
                        .headers()
                        .firstValue("WWW-Authenticate")
                        .orElse(""))
                .startsWith("Bearer");
        assertThat(claviger.awaitLog("CLAVIGER-0402"))
                .contains("/unheard")
                .contains("BASIC")
                .contains("claviger.guard.exclude");
    }
}

package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The set-up that other projects know: an application as Arquillian's deployment, with Claviger beside it on the server. */
@ExtendWith(ArquillianExtension.class)
@Tag("any-database") // brings its own
class ArquillianIT {
    // Not Arquillian's injected URL: that has the machine's outer address, on which this server does not listen.
    private static final String ADDRESS = "http://127.0.0.1:" + System.getProperty("arquillian.port");

    @Deployment(testable = false)
    static WebArchive demo() {
        return ShrinkWrap.createFromZipFile(WebArchive.class, new File("target/demo.war"));
    }

    @Test
    void the_key_set_is_published() throws InterruptedException, IOException {
        assertThat(get("/api/v2/auth/jwks").statusCode()).isEqualTo(200);
    }

    @Test
    void the_application_asks_for_a_token() throws InterruptedException, IOException {
        HttpResponse<String> answer = get("/demo/api/user");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer"));
    }

    private static HttpResponse<String> get(String path) throws InterruptedException, IOException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(ADDRESS + path)).build(), BodyHandlers.ofString());
    }
}

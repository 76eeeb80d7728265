package org.claviger.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/** An authorization response: where it leads, and the parameters with which. */
record Redirect(String location, Map<String, String> parameters) {
    static Redirect of(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(303);
        return of(response.headers().firstValue("Location").orElseThrow());
    }

    static Redirect of(String location) {
        Map<String, String> parameters = new LinkedHashMap<>();
        String query = location.substring(location.indexOf('?') + 1);
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            assertThat(equals).as(location).isPositive();
            String name = URLDecoder.decode(pair.substring(0, equals), UTF_8);
            assertThat(parameters).as("no parameter twice").doesNotContainKey(name);
            parameters.put(name, URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return new Redirect(location, parameters);
    }

    /** The value of a parameter that must be there. */
    String get(String name) {
        assertThat(parameters).containsKey(name);
        return parameters.get(name);
    }

    String code() {
        return get("code");
    }
}

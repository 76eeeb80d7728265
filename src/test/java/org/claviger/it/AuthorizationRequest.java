package org.claviger.it;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** An authorization request (RFC 6749 section 4.1.1): right as {@link Flow#request} makes it, until a test makes it wrong. */
record AuthorizationRequest(Map<String, String> parameters) {
    AuthorizationRequest with(String name, String value) {
        Map<String, String> changed = new LinkedHashMap<>(parameters);
        changed.put(name, value);
        return new AuthorizationRequest(changed);
    }

    AuthorizationRequest without(String name) {
        Map<String, String> changed = new LinkedHashMap<>(parameters);
        changed.remove(name);
        return new AuthorizationRequest(changed);
    }

    String form() {
        return RunningClaviger.form(parameters.entrySet().stream()
                .flatMap(parameter -> Stream.of(parameter.getKey(), parameter.getValue()))
                .toArray(String[]::new));
    }

    /** What a browser is sent to. */
    String path() {
        return "/api/v2/auth/authorize?" + form();
    }
}

package org.claviger.token;

import jakarta.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.claviger.http.Answers;

/** A successful answer of the token endpoint (RFC 6749 section 5.1): credentials. */
record TokenResponse(AccessToken accessToken, Optional<String> refreshToken) {
    JsonObject toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("access_token", accessToken.value());
        members.put("token_type", "Bearer");
        members.put("expires_in", accessToken.expiresIn());
        refreshToken.ifPresent(token -> members.put("refresh_token", token));
        if (!accessToken.scope().isEmpty()) { // RFC 6749 section 3.3: a scope has at least one token
            members.put("scope", accessToken.scope().toString());
        }
        return Answers.json(members);
    }

    @Override
    public String toString() {
        return "TokenResponse[accessToken=" + accessToken + "]";
    }
}

package org.claviger.authorize;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.claviger.http.Endpoint;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;

/** An endpoint that people see: its refusals are pages. */
abstract class PageEndpoint extends Endpoint {
    @Override
    protected void refuse(HttpServletRequest request, HttpServletResponse response, OAuthException refusal)
            throws IOException {
        String heading = refusal.code() == ErrorCode.SERVER_ERROR
                ? "Something went wrong here"
                : "This request cannot be answered";
        Page.error(heading, refusal.description()).send(response, refusal.code().status());
    }
}

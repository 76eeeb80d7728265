package org.claviger;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.claviger.http.Endpoint;
import org.claviger.oauth.ErrorCode;
import org.claviger.oauth.OAuthException;
import org.claviger.page.PageEndpoint;
import org.claviger.page.Pages;

/** What answers as long as the database has not been there yet: {@code temporarily_unavailable}. */
final class Unavailable {
    private static final String ALL_METHODS = "GET, HEAD, POST, OPTIONS";

    private Unavailable() {}

    /** With a page. */
    static Servlet forPeople(Pages pages) {
        return new PageEndpoint(pages) {
            @Override
            protected void answerPerson(HttpServletRequest request, HttpServletResponse response)
                    throws OAuthException {
                throw refusal();
            }

            @Override
            protected String allowedMethods() {
                return ALL_METHODS;
            }
        };
    }

    /** With JSON. */
    static Servlet forPrograms() {
        return new Endpoint() {
            @Override
            protected void answer(HttpServletRequest request, HttpServletResponse response) throws OAuthException {
                throw refusal();
            }

            @Override
            protected String allowedMethods() {
                return ALL_METHODS;
            }
        };
    }

    private static OAuthException refusal() {
        return new OAuthException(ErrorCode.TEMPORARILY_UNAVAILABLE, "the database has not been reached yet");
    }
}

package org.claviger.browser;

import java.time.Instant;
import org.claviger.jose.VerifiedJwt;
import org.claviger.oauth.Subject;

/**
 * A browser's living session at an application.
 *
 * @param name the hash of its identifier, which is no credential
 * @param token the access token, verified at this moment
 * @param expiresAt when it ends, however often it is used
 */
public record BrowserSession(String name, VerifiedJwt token, Subject subject, Instant expiresAt) {}

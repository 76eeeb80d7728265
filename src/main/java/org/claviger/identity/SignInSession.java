package org.claviger.identity;

import java.time.Instant;

/**
 * A resource owner who has signed in with this browser.
 *
 * @param authTime when that was
 */
public record SignInSession(ResourceOwner resourceOwner, Instant authTime) {}

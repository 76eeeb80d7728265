package org.claviger.refresh;

/**
 * What an authorization code is bound to, beside its authorization (RFC 6749 section 4.1.3, RFC 7636 section 4.4).
 *
 * @param codeHash SHA-256 of the code: the code itself is nowhere
 * @param redirectUri as it stood in the authorization request
 * @param codeChallenge S256
 */
public record CodeBinding(String codeHash, String redirectUri, String codeChallenge) {}

/**
 * For applications that want their caller's token injected: {@code @Inject JsonWebToken} and {@code @Claim} (MicroProfile JWT
 * 2.1 section 7) where Claviger guards them, without a configuration of MicroProfile JWT. Not for applications that have
 * {@code @LoginConfig}: there the server does it.
 */
package org.claviger.inject;

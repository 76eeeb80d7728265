/** The authorization endpoint (RFC 6749 section 3.1), sign-in, authorization codes and PKCE (RFC 7636). */
@NullMarked
package org.claviger.authorize;

import org.jspecify.annotations.NullMarked;

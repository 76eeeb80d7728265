/** The vocabulary of OAuth 2.0 (RFC 6749): plain values that are valid wherever they exist, and the refusal. */
@NullMarked
package org.claviger.oauth;

import org.jspecify.annotations.NullMarked;

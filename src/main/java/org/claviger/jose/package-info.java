/** JSON Web Tokens and keys (RFC 7515, 7517, 7519) over jose4j: signing, and verification in an explicit order. */
@NullMarked
package org.claviger.jose;

import org.jspecify.annotations.NullMarked;

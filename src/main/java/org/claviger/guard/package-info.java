/** Validation of bearer tokens (RFC 6750) in this application and in every other application of the server. */
@NullMarked
package org.claviger.guard;

import org.jspecify.annotations.NullMarked;

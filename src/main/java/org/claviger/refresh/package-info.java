/** Token families and the refresh tokens that rotate in them (RFC 9700 section 4.14). */
@NullMarked
package org.claviger.refresh;

import org.jspecify.annotations.NullMarked;

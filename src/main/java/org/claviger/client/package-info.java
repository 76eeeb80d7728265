/** Who may ask: registered clients (RFC 7591 metadata) and their authentication (RFC 6749 section 2.3). */
@NullMarked
package org.claviger.client;

import org.jspecify.annotations.NullMarked;

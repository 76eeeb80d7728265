/** What clients and verifiers discover: the JWK set (RFC 7517) and the metadata document (RFC 8414). */
@NullMarked
package org.claviger.discovery;

import org.jspecify.annotations.NullMarked;

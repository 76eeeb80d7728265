/**
 * Claviger, an OAuth 2.0 token service for Jakarta EE. {@link org.claviger.Startup} is where the server comes in,
 * {@link org.claviger.Claviger} puts the parts together:
 *
 * <ul>
 *   <li>values that know nobody: {@code oauth} (the vocabulary), {@code jose} (tokens and keys), {@code settings};
 *   <li>what is stored: {@code database}, {@code key}, {@code client}, {@code identity}, {@code refresh}, {@code revocation},
 *       {@code live} (the settings as administrators change them);
 *   <li>what answers: {@code authorize} (people), {@code account} (people, of their own), {@code token} (clients), {@code discovery}
 *       (verifiers), {@code guard} (every request to a guarded application), {@code browser} (browsers that hold a session in place of
 *       tokens), {@code admin} and {@code console} (administrators);
 *   <li>what answers in their place on a resource server, whose issuer is elsewhere: {@code remote}, put together by
 *       {@link org.claviger.ResourceServer};
 *   <li>shared by those: {@code http}, {@code page}, {@code audit}, {@code trace} (spans, where the server has telemetry).
 * </ul>
 */
@NullMarked
package org.claviger;

import org.jspecify.annotations.NullMarked;

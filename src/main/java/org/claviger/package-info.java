/**
 * Claviger, an OAuth 2.0 token service for Jakarta EE. {@link org.claviger.Startup} is where the server comes in,
 * {@link org.claviger.Claviger} puts the parts together:
 *
 * <ul>
 *   <li>values that know nobody: {@code oauth} (the vocabulary), {@code jose} (tokens and keys), {@code settings};
 *   <li>what is stored: {@code database}, {@code key}, {@code client}, {@code identity}, {@code refresh}, {@code revocation},
 *       {@code live} (the settings as administrators change them);
 *   <li>what answers: {@code authorize} (people), {@code token} (clients), {@code discovery} (verifiers), {@code guard} (every
 *       request to a guarded application), {@code admin} (administrators);
 *   <li>shared by those: {@code http}, {@code audit}.
 * </ul>
 */
@NullMarked
package org.claviger;

import org.jspecify.annotations.NullMarked;

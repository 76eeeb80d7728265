/** Slows down whoever guesses passwords and client secrets, counted across nodes. */
@NullMarked
package org.claviger.throttle;

import org.jspecify.annotations.NullMarked;

/** The settings as they are now: what is configured, with what administrators have changed on top, on every node within seconds. */
@NullMarked
package org.claviger.live;

import org.jspecify.annotations.NullMarked;

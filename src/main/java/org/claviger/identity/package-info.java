/** Who the resource owner is: users, their passwords and their sign-in sessions. */
@NullMarked
package org.claviger.identity;

import org.jspecify.annotations.NullMarked;

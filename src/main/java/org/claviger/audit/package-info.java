/** What happened and why, one façade: structured events that never hold a token, a code, a secret or a password. */
@NullMarked
package org.claviger.audit;

import org.jspecify.annotations.NullMarked;

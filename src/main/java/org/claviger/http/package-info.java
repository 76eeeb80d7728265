/** The plumbing that every endpoint shares: strict forms in, refusals and faults out. */
@NullMarked
package org.claviger.http;

import org.jspecify.annotations.NullMarked;

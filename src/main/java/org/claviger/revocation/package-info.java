/** What ended before its time: written once, known in the memory of every node, consulted on every validation. */
@NullMarked
package org.claviger.revocation;

import org.jspecify.annotations.NullMarked;

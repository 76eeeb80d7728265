/**
 * Tells other nodes to look for changes at once. What they then know they read from the database: this makes it quicker, and never more
 * correct.
 */
@NullMarked
package org.claviger.push;

import org.jspecify.annotations.NullMarked;

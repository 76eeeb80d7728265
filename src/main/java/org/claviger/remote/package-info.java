/** The issuer as a resource server sees it, from another server: its keys, and what has ended of what it signed. */
@NullMarked
package org.claviger.remote;

import org.jspecify.annotations.NullMarked;

/** The life of the keys: signing keys and MAC keys, wrapped at rest under the key-encryption key. */
@NullMarked
package org.claviger.key;

import org.jspecify.annotations.NullMarked;

/** What an installation is filled with before anybody administers it: the import file, and the first administrator. */
@NullMarked
package org.claviger.setup;

import org.jspecify.annotations.NullMarked;

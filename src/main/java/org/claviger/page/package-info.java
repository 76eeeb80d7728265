/** What people see: pages without scripts, their texts in several languages, and the brand that an administrator gives them. */
@NullMarked
package org.claviger.page;

import org.jspecify.annotations.NullMarked;

/** The administration interface: open only to tokens whose one audience is <code>&lt;issuer&gt;/admin</code>. */
@NullMarked
package org.claviger.admin;

import org.jspecify.annotations.NullMarked;

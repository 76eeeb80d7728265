/**
 * The administration console: pages for people who administer, on the same façades as the administration interface; an application for
 * browsers, with a browser session.
 */
@NullMarked
package org.claviger.console;

import org.jspecify.annotations.NullMarked;

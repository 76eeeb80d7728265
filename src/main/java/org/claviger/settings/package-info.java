/** The validated settings; the only place that reads MicroProfile Config, the clock and the random source. */
@NullMarked
package org.claviger.settings;

import org.jspecify.annotations.NullMarked;

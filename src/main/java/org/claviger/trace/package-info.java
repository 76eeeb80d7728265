/** Traces: what a caller says of the one that a request belongs to, its continuation in calls of ours, and spans where the server has telemetry. */
@NullMarked
package org.claviger.trace;

import org.jspecify.annotations.NullMarked;

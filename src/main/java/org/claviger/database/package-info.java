/** One database: the data source that configuration chooses, its schema, and transactions that hold SQL and nothing else. */
@NullMarked
package org.claviger.database;

import org.jspecify.annotations.NullMarked;

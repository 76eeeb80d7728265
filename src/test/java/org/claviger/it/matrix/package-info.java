/**
 * Applications that the guard is tested on, packed by {@link org.claviger.it.Matrix}: every place where Jakarta EE lets somebody
 * say who may call. They know nothing of Claviger.
 */
package org.claviger.it.matrix;

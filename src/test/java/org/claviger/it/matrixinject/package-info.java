/** An application that has its caller's token injected, by the artifact {@code inject}; packed by {@link org.claviger.it.Matrix}. */
package org.claviger.it.matrixinject;

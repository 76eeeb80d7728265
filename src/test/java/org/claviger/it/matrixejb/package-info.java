/** An application with enterprise beans, for servers that have them; packed by {@link org.claviger.it.Matrix}. */
package org.claviger.it.matrixejb;

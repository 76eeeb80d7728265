/** Claviger's metadata at the path below {@code /.well-known} where clients look for it; see the one class. */
package org.claviger.wellknown;

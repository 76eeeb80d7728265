/** Starts Claviger on Payara Micro: for {@code ./mvnw -Prun}, and for the integration tests. The JDK alone is used. */
package org.claviger.run;

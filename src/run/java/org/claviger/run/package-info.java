/** Starts servers with Claviger: Payara Micro for {@code ./mvnw -Prun}, and each of them for the integration tests. The JDK alone is used. */
package org.claviger.run;

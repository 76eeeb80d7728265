/**
 * Real tokens for the tests of an application: what Claviger would issue, signed, without a server. Depends on the JDK and on
 * JUnit's API.
 */
package org.claviger.testkit;

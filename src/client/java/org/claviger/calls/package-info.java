/**
 * For applications that call other services with access tokens: they are obtained, renewed and sent to where the application
 * says, and nowhere else. {@link org.claviger.calls.TokenClient} and {@link org.claviger.calls.BearerFilter} need Java, a
 * Jakarta REST client and JSON Processing; {@link org.claviger.calls.Calls} and {@link org.claviger.calls.CallsFilter} are the same
 * for CDI and MicroProfile Config.
 */
package org.claviger.calls;

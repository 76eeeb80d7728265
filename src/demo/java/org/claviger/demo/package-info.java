/**
 * An application guarded by Claviger without knowing it: Jakarta EE annotations say who may call what, and nothing of that
 * depends on Claviger. It has one endpoint for each kind of annotation, and two pages that sign in and call them: one holds
 * tokens, the other has a browser session. Two more endpoints call another application, with {@code claviger-client.jar}.
 */
package org.claviger.demo;

/**
 * An application guarded by Claviger without knowing it: Jakarta EE annotations say who may call what, and nothing
 * here depends on Claviger. It has one endpoint for each kind of annotation, and a page that signs in and calls them.
 */
package org.claviger.demo;

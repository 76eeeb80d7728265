/**
 * The smallest application that can be guarded: one JAX-RS resource whose roles stand in {@code @RolesAllowed} and
 * nowhere else. Payara does not count these as declared roles, so such an application must be tested on its own; an
 * enterprise bean, a secured servlet or {@code @DeclareRoles} added here would hide the very case.
 */
package org.claviger.plain;

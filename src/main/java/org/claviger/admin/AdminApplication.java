package org.claviger.admin;

import jakarta.annotation.security.DeclareRoles;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import org.claviger.guard.BearerAuthenticationMechanism;

/** The administration interface, below {@code <issuer>/admin}. */
@ApplicationPath("admin")
@DeclareRoles(BearerAuthenticationMechanism.ADMIN_ROLE) // Payara knows no role that is only in @RolesAllowed
public class AdminApplication extends Application {}

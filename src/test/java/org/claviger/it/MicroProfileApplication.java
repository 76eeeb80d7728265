package org.claviger.it;

import jakarta.annotation.security.DeclareRoles;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.auth.LoginConfig;

/** An application that has the server's own MicroProfile JWT verify its tokens, by our JWK set. */
@LoginConfig(authMethod = "MP-JWT")
@ApplicationPath("api")
@ApplicationScoped // without a scope Payara does not see the annotation
@DeclareRoles("user")
public class MicroProfileApplication extends Application {}

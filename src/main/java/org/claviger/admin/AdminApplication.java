package org.claviger.admin;

import jakarta.annotation.security.DeclareRoles;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import org.claviger.guard.BearerAuthenticationMechanism;

/** The administration interface, below {@code <issuer>/admin}. */
@ApplicationPath("admin")
// Payara knows no role that is only in @RolesAllowed
@DeclareRoles({BearerAuthenticationMechanism.ADMIN_ROLE, BearerAuthenticationMechanism.READER_ROLE})
public class AdminApplication extends Application {
    /** Jersey would describe the whole interface to anybody who asks for its WADL. */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of("jersey.config.server.wadl.disableWadl", true);
    }
}

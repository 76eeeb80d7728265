package org.claviger.admin;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.settings.Lifetimes;
import org.claviger.settings.Settings;

/** The settings in force, without the secret ones. */
@Path("settings")
@RolesAllowed(BearerAuthenticationMechanism.ADMIN_ROLE)
public class SettingsResource {
    @Inject
    private Provider<Settings> settings;

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public JsonObject read() {
        Settings now = settings.get();
        Lifetimes lifetimes = now.lifetimes();
        return Json.createObjectBuilder()
                .add("claviger.issuer", now.issuer().value())
                .add("claviger.audience", now.audience())
                .add("claviger.role-claims", String.join(",", now.roleClaims()))
                .add("claviger.access-token-lifetime", lifetimes.accessToken().toString())
                .add(
                        "claviger.refresh-token-idle-lifetime",
                        lifetimes.refreshTokenIdle().toString())
                .add(
                        "claviger.refresh-token-absolute-lifetime",
                        lifetimes.refreshTokenAbsolute().toString())
                .add(
                        "claviger.authorization-code-lifetime",
                        lifetimes.authorizationCode().toString())
                .add("claviger.session-idle-lifetime", lifetimes.sessionIdle().toString())
                .add(
                        "claviger.session-absolute-lifetime",
                        lifetimes.sessionAbsolute().toString())
                .build();
    }
}

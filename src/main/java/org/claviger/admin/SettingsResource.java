package org.claviger.admin;

import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.claviger.guard.BearerAuthenticationMechanism;
import org.claviger.settings.AdministratorSettings;
import org.claviger.settings.BrandSettings;
import org.claviger.settings.FeedSettings;
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
        return show(settings.get());
    }

    /** Each by its key: its value, and where that stands. What is secret, or may hold a secret as a JDBC URL does, is not among them. */
    static JsonObject show(Settings now) {
        Map<String, Optional<?>> values = new LinkedHashMap<>();
        values.put("claviger.issuer", Optional.of(now.issuer()));
        values.put("claviger.audience", Optional.of(now.audience()));
        values.put("claviger.role-claims", Optional.of(String.join(",", now.roleClaims())));
        putLifetimes(values, now.lifetimes());
        values.put("claviger.trusted-proxies", Optional.of(now.trustedProxies().addresses()));
        values.put(FeedSettings.MAX_STALENESS, Optional.of(now.feed().maxStaleness()));
        values.put(
                FeedSettings.PUSH,
                Optional.of(String.join(",", new TreeSet<>(now.feed().push()))));
        values.put(
                "claviger.forwarded-headers", Optional.of(now.trustedProxies().headers()));
        values.put("claviger.import", now.importFile());
        values.put("claviger.data-directory", Optional.of(now.dataDirectory()));
        values.put(AdministratorSettings.USERNAME_KEY, now.administrator().map(AdministratorSettings::username));
        BrandSettings brand = now.brand();
        values.put("claviger.brand.name", Optional.of(brand.name()));
        values.put("claviger.brand.logo", brand.logo());
        values.put("claviger.brand.color", brand.color());
        values.put("claviger.brand.css", brand.css());
        values.put("claviger.brand.texts", brand.texts());
        JsonObjectBuilder shown = Json.createObjectBuilder();
        values.forEach((key, value) -> shown.add(
                key,
                Json.createObjectBuilder()
                        .add("value", value.map(Object::toString).orElse(""))
                        .add("origin", now.origins().getOrDefault(key, "default"))));
        return shown.build();
    }

    private static void putLifetimes(Map<String, Optional<?>> values, Lifetimes lifetimes) {
        values.put("claviger.access-token-lifetime", Optional.of(lifetimes.accessToken()));
        values.put("claviger.refresh-token-idle-lifetime", Optional.of(lifetimes.refreshTokenIdle()));
        values.put("claviger.refresh-token-absolute-lifetime", Optional.of(lifetimes.refreshTokenAbsolute()));
        values.put("claviger.refresh-token-leeway", Optional.of(lifetimes.refreshTokenLeeway()));
        values.put("claviger.authorization-code-lifetime", Optional.of(lifetimes.authorizationCode()));
        values.put("claviger.session-idle-lifetime", Optional.of(lifetimes.sessionIdle()));
        values.put("claviger.session-absolute-lifetime", Optional.of(lifetimes.sessionAbsolute()));
    }
}

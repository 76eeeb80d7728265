package org.claviger.it.matrixinject;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.jwt.Claim;
import org.eclipse.microprofile.jwt.ClaimValue;
import org.eclipse.microprofile.jwt.Claims;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Answers with what is injected. */
@Path("injected")
@RequestScoped
public class Injected {
    @Inject
    private JsonWebToken token;

    @Inject
    @Claim(standard = Claims.upn)
    private String upn;

    @Inject
    @Claim("groups")
    private Set<String> groups;

    @Inject
    @Claim("exp")
    private Long exp;

    @Inject
    @Claim("nothing")
    private Optional<String> nothing;

    @Inject
    @Claim("client_id")
    private Optional<String> client;

    @Inject
    @Claim("client_id")
    private JsonString jsonClient;

    @Inject
    @Claim("exp")
    private JsonNumber jsonExp;

    @Inject
    @Claim("sub")
    private ClaimValue<String> sub;

    @Inject
    @Claim("groups")
    private ClaimValue<Set<String>> groupsValue;

    @Inject
    @Claim("nothing")
    private ClaimValue<Optional<String>> nothingValue;

    @Inject
    private Shared shared;

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public JsonObject injected() {
        return Json.createObjectBuilder()
                .add("name", String.valueOf(token.getName()))
                .add("upn", String.valueOf(upn))
                .add("groups", String.valueOf(groups))
                .add("exp", String.valueOf(exp))
                .add("nothing", nothing.isPresent())
                .add("client", client.orElse("none"))
                .add("jsonClient", jsonClient == null ? "none" : jsonClient.getString())
                .add("jsonExp", jsonExp == null ? "none" : jsonExp.toString())
                .add("sub", String.valueOf(sub.getValue()))
                .add("groupsValue", String.valueOf(groupsValue.getValue()))
                .add("nothingValue", nothingValue.getValue().isPresent())
                .add("shared", shared.caller())
                .build();
    }
}

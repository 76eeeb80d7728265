package org.claviger.demo;

import jakarta.annotation.Resource;
import jakarta.annotation.security.DeclareRoles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.json.JsonObject;

/** Business logic that is protected itself, whoever calls it. It sees the same caller as the endpoint above it. */
@Stateless
@RolesAllowed("user")
@DeclareRoles("admin") // a bean may ask only for roles that it declares, and nothing here is allowed to admin alone
public class DemoBean {

    @Resource
    private SessionContext session;

    public JsonObject answer() {
        return Answer.of(session.getCallerPrincipal(), session::isCallerInRole);
    }
}

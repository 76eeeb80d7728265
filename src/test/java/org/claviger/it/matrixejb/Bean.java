package org.claviger.it.matrixejb;

import jakarta.annotation.Resource;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;

/** Protected itself. */
@Stateless
public class Bean {
    @Resource
    private SessionContext session;

    @RolesAllowed("orders")
    public String role() {
        return session.getCallerPrincipal().getName() + " " + session.isCallerInRole("orders");
    }

    @RolesAllowed("**")
    public String anyRole() {
        return session.getCallerPrincipal().getName();
    }
}

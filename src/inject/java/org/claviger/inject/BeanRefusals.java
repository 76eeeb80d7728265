package org.claviger.inject;

import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.ext.Provider;

/** Registers {@link RefusedByBean} where the server has enterprise beans; elsewhere its class could not even be loaded. */
@Provider
public class BeanRefusals implements Feature {
    @Override
    public boolean configure(FeatureContext context) {
        try {
            Class.forName("jakarta.ejb.EJBAccessException", false, BeanRefusals.class.getClassLoader());
        } catch (ClassNotFoundException withoutBeans) {
            return false;
        }
        context.register(RefusedByBean.class);
        return true;
    }
}

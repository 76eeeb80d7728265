package org.claviger.guard;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * WildFly as it is delivered wants every caller to be a user of its own realm, and ignores {@code @RolesAllowed} on JAX-RS
 * resources. Its configuration is read from its management model, by JMX and without credentials.
 */
final class WildFlyCheck implements ServerCheck {
    private static final String MODEL = "jboss.as:";

    private final MBeanServer model;

    WildFlyCheck() {
        this(ManagementFactory.getPlatformMBeanServer());
    }

    WildFlyCheck(MBeanServer model) {
        this.model = model;
    }

    /** While the server starts, its model has nothing of its subsystems, and Claviger starts before it has. */
    @Override
    public boolean isTold() {
        return !state().equals("starting");
    }

    private String state() {
        return String.valueOf(read("management-root=server", "serverState"));
    }

    @Override
    public List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        require(
                        "subsystem=undertow,application-security-domain=other",
                        "integratedJaspi",
                        false,
                        "/subsystem=undertow/application-security-domain=other:write-attribute(name=integrated-jaspi,value=false)")
                .ifPresent(problems::add);
        require(
                        "subsystem=jaxrs",
                        "resteasyRoleBasedSecurity",
                        true,
                        "/subsystem=jaxrs:write-attribute(name=resteasy-role-based-security,value=true)")
                .ifPresent(problems::add);
        // The model already shows what was written, and the server goes on as it was started.
        if (problems.isEmpty() && !state().equals("running")) {
            problems.add(new Problem("the configuration has changed since the server started", "reload"));
        }
        return problems;
    }

    private Optional<Problem> require(String resource, String attribute, boolean value, String remedy) {
        Object found = read(resource, attribute);
        return found.equals(value)
                ? Optional.empty()
                : Optional.of(new Problem(attribute + " of " + resource + " is " + found + ", not " + value, remedy));
    }

    private Object read(String resource, String attribute) {
        try {
            Object value = model.getAttribute(new ObjectName(MODEL + resource), attribute);
            return value == null ? "unset" : value;
        } catch (JMException unreadable) {
            return "not to be read (" + unreadable + ")";
        }
    }
}

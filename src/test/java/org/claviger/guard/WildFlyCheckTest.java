package org.claviger.guard;

import static org.assertj.core.api.Assertions.assertThat;

import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.Test;

class WildFlyCheckTest {
    private final MBeanServer model = MBeanServerFactory.newMBeanServer();
    private final WildFlyCheck check = new WildFlyCheck(model);

    /** What is read of the domain, in one interface for the three resources. */
    public interface Model {
        Boolean getintegratedJaspi();

        Boolean getresteasyRoleBasedSecurity();

        String getserverState();
    }

    private record Values(Boolean integratedJaspi, Boolean roleBased, String state) implements Model {
        @Override
        public Boolean getintegratedJaspi() {
            return integratedJaspi;
        }

        @Override
        public Boolean getresteasyRoleBasedSecurity() {
            return roleBased;
        }

        @Override
        public String getserverState() {
            return state;
        }
    }

    private void model(Boolean integratedJaspi, Boolean roleBased, String state) throws JMException {
        for (String name : new String[] {
            "subsystem=undertow,application-security-domain=other", "subsystem=jaxrs", "management-root=server"
        }) {
            model.registerMBean(
                    new StandardMBean(new Values(integratedJaspi, roleBased, state), Model.class),
                    new ObjectName("jboss.as:" + name));
        }
    }

    @Test
    void aServerThatEnforcesBothCanBeReliedOn() throws JMException {
        model(false, true, "running");
        assertThat(check.problems()).isEmpty();
    }

    @Test
    void aServerAsItIsDeliveredCannot() throws JMException {
        model(true, null, "running");
        assertThat(check.problems())
                .extracting(ServerCheck.Problem::remedy)
                .containsExactly(
                        "/subsystem=undertow/application-security-domain=other:write-attribute(name=integrated-jaspi,value=false)",
                        "/subsystem=jaxrs:write-attribute(name=resteasy-role-based-security,value=true)");
    }

    @Test
    void eachOfThemIsNeeded() throws JMException {
        model(false, false, "running");
        assertThat(check.problems())
                .singleElement()
                .extracting(ServerCheck.Problem::what)
                .asString()
                .contains("resteasyRoleBasedSecurity");
    }

    @Test
    void whatWasWrittenCountsAfterTheReload() throws JMException {
        model(false, true, "reload-required");
        assertThat(check.problems())
                .singleElement()
                .extracting(ServerCheck.Problem::remedy)
                .isEqualTo("reload");
    }

    @Test
    void nothingIsKnownWhileTheServerStarts() throws JMException {
        model(null, null, "starting");
        assertThat(check.isTold()).isFalse();
    }

    @Test
    void whatCannotBeReadIsNotRight() {
        assertThat(check.problems()).hasSize(2).allSatisfy(problem -> assertThat(problem.what())
                .contains("not to be read"));
    }
}

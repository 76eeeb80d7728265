package org.claviger.guard;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.servlet.ServletContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.claviger.CapturedLog;
import org.junit.jupiter.api.Test;

class DenyAllOnClassTest {
    @Path("closed")
    @DenyAll
    public static class Closed {
        @GET
        public String open() {
            return "open";
        }

        @POST
        @PermitAll
        public String meant() {
            return "meant to be open";
        }

        @POST
        @RolesAllowed("orders")
        public String guarded() {
            return "guarded";
        }

        @GET
        @DenyAll
        public String closed() {
            return "closed";
        }

        public String noResource() {
            return "not to be had by HTTP";
        }
    }

    @Path("bean")
    @DenyAll
    @Stateless
    public static class Bean {
        @GET
        public String closed() {
            return "closed by its container";
        }
    }

    @Path("other")
    public static class Other {
        @GET
        @DenyAll
        public String closed() {
            return "closed";
        }

        @GET
        public String open() {
            return "open";
        }
    }

    @Test
    void methods_without_an_annotation_of_their_own_are_open() {
        assertThat(DenyAllOnClass.openMethods(Closed.class)).containsExactly(Closed.class.getName() + ".open");
    }

    @Test
    void nothing_else_is_said_to_be_open() {
        assertThat(DenyAllOnClass.openMethods(Bean.class)).isEmpty();
        assertThat(DenyAllOnClass.openMethods(Other.class)).isEmpty();
        assertThat(DenyAllOnClass.openMethods(String.class)).isEmpty();
    }

    @Test
    void the_classes_of_an_application_are_found_in_its_files() {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            DenyAllOnClass.notice(application(Closed.class, false));
            assertThat(log.lines())
                    .containsExactly(
                            "CLAVIGER-0403 the application /shop has " + Closed.class.getName()
                                    + ".open open to all: this server does not heed @DenyAll on the class. Put it on the method");
        }
    }

    @Test
    void files_that_cannot_be_read_are_said_to_be() {
        try (CapturedLog log = new CapturedLog("org.claviger")) {
            DenyAllOnClass.notice(application(Closed.class, true));
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("CLAVIGER-0404 the classes of the application /shop");
        }
    }

    /** One that has this class, and a file that is no class. */
    private static ServletContext application(Class<?> type, boolean broken) {
        String root = "/WEB-INF/classes/";
        String file = root + type.getName().replace('.', '/') + ".class";
        return (ServletContext) Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {ServletContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getContextPath" -> "/shop";
                    case "getClassLoader" -> type.getClassLoader();
                    case "getResourcePaths" ->
                        arguments[0].equals(root) ? Set.of(root + "org/", root + "notes.txt") : Set.of(file);
                    case "getResourceAsStream" ->
                        broken
                                ? broken()
                                : type.getResourceAsStream(type.getName().replaceAll(".*[.]", "") + ".class");
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static InputStream broken() throws IOException {
        InputStream closed = InputStream.nullInputStream();
        closed.close();
        return closed;
    }
}

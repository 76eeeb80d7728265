package org.claviger.guard;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.servlet.ServletContext;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Notices JAX-RS resources that {@code @DenyAll} on their class is to close, on a server that only heeds it on methods (Payara):
 * their methods without an annotation of their own are open to all. Looks into the classes of the application itself, not into its
 * libraries.
 */
final class DenyAllOnClass {
    private static final System.Logger LOG = System.getLogger("org.claviger");
    private static final String CLASSES = "/WEB-INF/classes/";
    private static final String SUFFIX = ".class";

    private DenyAllOnClass() {}

    static void notice(ServletContext application) {
        try {
            below(application, CLASSES)
                    .filter(file -> mayBe(application, file))
                    .flatMap(file -> openMethods(application, file).stream())
                    .forEach(method -> LOG.log(
                            Level.ERROR,
                            "CLAVIGER-0403 the application " + application.getContextPath() + " has " + method
                                    + " open to all: this server does not heed @DenyAll on the class."
                                    + " Put it on the method"));
        } catch (UncheckedIOException unreadable) {
            LOG.log(
                    Level.WARNING,
                    "CLAVIGER-0404 the classes of the application " + application.getContextPath()
                            + " cannot be looked at for @DenyAll, which this server does not heed on a class");
        }
    }

    private static Stream<String> below(ServletContext application, String folder) {
        Set<String> paths = application.getResourcePaths(folder);
        return paths == null
                ? Stream.empty()
                : paths.stream()
                        .flatMap(path -> path.endsWith("/") ? below(application, path) : Stream.of(path))
                        .filter(path -> path.endsWith(SUFFIX));
    }

    /** Whether both annotations stand in the file, so that few classes have to be loaded. */
    private static boolean mayBe(ServletContext application, String file) {
        try (InputStream bytes = application.getResourceAsStream(file)) {
            String content = bytes == null ? "" : new String(bytes.readAllBytes(), ISO_8859_1);
            return content.contains(DenyAll.class.descriptorString())
                    && content.contains(Path.class.descriptorString());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<String> openMethods(ServletContext application, String file) {
        String name = file.substring(CLASSES.length(), file.length() - SUFFIX.length())
                .replace('/', '.');
        try {
            return openMethods(Class.forName(name, false, application.getClassLoader()));
        } catch (ReflectiveOperationException | LinkageError unusable) {
            return List.of(); // for the application too
        }
    }

    /** The methods of this resource that its {@code @DenyAll} does not close; an enterprise bean closes them by itself. */
    static List<String> openMethods(Class<?> type) {
        boolean isBean = Arrays.stream(type.getAnnotations())
                .anyMatch(annotation -> annotation.annotationType().getName().startsWith("jakarta.ejb."));
        return isBean || !type.isAnnotationPresent(Path.class) || !type.isAnnotationPresent(DenyAll.class)
                ? List.of()
                : Arrays.stream(type.getMethods())
                        .filter(DenyAllOnClass::isOpenResource)
                        .map(method -> type.getName() + "." + method.getName())
                        .sorted()
                        .toList();
    }

    private static boolean isOpenResource(Method method) {
        return Arrays.stream(method.getAnnotations())
                        .anyMatch(annotation -> isPresent(annotation.annotationType(), HttpMethod.class))
                && !isPresent(method, RolesAllowed.class)
                && !isPresent(method, PermitAll.class)
                && !isPresent(method, DenyAll.class);
    }

    private static boolean isPresent(AnnotatedElement element, Class<? extends Annotation> annotation) {
        return element.isAnnotationPresent(annotation);
    }
}

package org.claviger.it;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands the one server of the run to each test that has a {@link RunningClaviger} as parameter, and its {@link Flow} likewise. The
 * server ends with the run.
 */
public final class ClavigerExtension implements ParameterResolver {
    private static final Set<Class<?>> TYPES = Set.of(RunningClaviger.class, Flow.class);

    /** Hashing a password takes 0.2 s instead of 1.4 s, and the tests sign in often enough to make up for the slower start. */
    private static final Map<String, String> FULL_COMPILER = Map.of("_JAVA_OPTIONS", "-XX:TieredStopAtLevel=4");

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return TYPES.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Store store = context.getRoot().getStore(Namespace.GLOBAL);
        RunningClaviger claviger =
                store.getOrComputeIfAbsent(RunningClaviger.class, key -> start(), RunningClaviger.class);
        return parameter.getParameter().getType() == RunningClaviger.class
                ? claviger
                : store.getOrComputeIfAbsent(Flow.class, key -> new Flow(claviger), Flow.class);
    }

    private static RunningClaviger start() {
        try {
            RunningClaviger claviger = RunningClaviger.prepare(RunningClaviger.folder(), FULL_COMPILER);
            claviger.prepareMatrix();
            claviger.start();
            return claviger;
        } catch (Exception e) {
            throw new ParameterResolutionException("No server: " + e.getMessage(), e);
        }
    }
}

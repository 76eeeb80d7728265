package org.claviger.it;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands the one server of the run to each test that has a {@link RunningClaviger} as parameter. It ends with the run. */
public final class ClavigerExtension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RunningClaviger.class;
    }

    @Override
    public RunningClaviger resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(Namespace.GLOBAL)
                .getOrComputeIfAbsent(RunningClaviger.class, key -> start(), RunningClaviger.class);
    }

    private static RunningClaviger start() {
        try {
            return new RunningClaviger(Path.of("target/it"), Map.of());
        } catch (Exception e) {
            throw new ParameterResolutionException("No server: " + e.getMessage(), e);
        }
    }
}

package org.claviger.it;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * For tests of what happens rarely: one that has failed once has found something, and fails again when {@code .ci/run} repeats it,
 * whatever happens then.
 */
final class NoSecondChance implements BeforeTestExecutionCallback, AfterTestExecutionCallback {
    private static final Map<String, Throwable> FAILED = new ConcurrentHashMap<>();

    @Override
    public void beforeTestExecution(ExtensionContext test) {
        Throwable failure = FAILED.get(test.getUniqueId());
        if (failure != null) {
            throw new AssertionError("has failed before: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext test) {
        test.getExecutionException().ifPresent(failure -> FAILED.putIfAbsent(test.getUniqueId(), failure));
    }
}

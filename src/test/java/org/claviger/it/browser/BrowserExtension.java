package org.claviger.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands a new browser to each test that has a {@link Chromium} as parameter of its method. At the end of the test no page may
 * have violated its content security policy, unless the test is {@link Violating}. What a test that failed saw last is in
 * {@code target/browser}.
 */
final class BrowserExtension implements ParameterResolver, AfterTestExecutionCallback {
    private static final Namespace NAMESPACE = Namespace.create(BrowserExtension.class);

    /** Belongs to the test and ends with it. */
    private record Running(Chromium browser) implements CloseableResource {
        @Override
        public void close() throws IOException {
            browser.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Chromium.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public Chromium resolveParameter(ParameterContext parameter, ExtensionContext context) {
        String languages =
                parameter.findAnnotation(Reads.class).map(Reads::value).orElse("en");
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, key -> start(languages), Running.class)
                .browser();
    }

    private static Running start(String languages) {
        try {
            return new Running(new Chromium(languages));
        } catch (IOException e) {
            throw new ParameterResolutionException("No browser: " + e.getMessage(), e);
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) throws IOException {
        Running running = context.getStore(NAMESPACE).get(Running.class, Running.class);
        if (running == null) {
            return;
        }
        if (context.getExecutionException().isPresent()) {
            keep(running.browser(), context.getRequiredTestMethod().getName());
            return;
        }
        if (!context.getRequiredTestMethod().isAnnotationPresent(Violating.class)) {
            assertThat(running.browser().violations())
                    .as("violations of a content security policy")
                    .isEmpty();
        }
    }

    private static void keep(Chromium browser, String name) throws IOException {
        Path folder = Files.createDirectories(Path.of("target/browser"));
        browser.screenshot(folder.resolve(name + ".png"));
        Files.writeString(
                folder.resolve(name + ".html"),
                browser.source() + "\n<!-- " + browser.address() + "\n" + String.join("\n", browser.console())
                        + " -->\n");
    }
}

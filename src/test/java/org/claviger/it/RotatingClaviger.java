package org.claviger.it;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.claviger.run.StartFailure;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A Claviger whose next key signs six seconds after it was asked for: one for all tests of {@link VerifierContract}. */
final class RotatingClaviger implements ExtensionContext.Store.CloseableResource {
    private final RunningClaviger claviger;
    private final Flow flow;

    private RotatingClaviger() throws InterruptedException, IOException, StartFailure {
        claviger = RunningClaviger.prepare(
                RunningClaviger.folder().resolve("verifiers"),
                Map.of("CLAVIGER_KEYS_JWKS_MAX_AGE", "PT1S", "CLAVIGER_KEYS_VERIFIER_CACHE", "PT0S"));
        claviger.prepareTokens();
        claviger.start();
        flow = new Flow(claviger);
    }

    RunningClaviger server() {
        return claviger;
    }

    Flow flow() {
        return flow;
    }

    /** Returns when another key signs than before. */
    void rotate() throws Exception {
        String before = signs();
        String administrator = flow.serviceToken("operator", "scope", "claviger:admin");
        Flow.granted(claviger.post("/api/v2/auth/admin/keys/rotate", "", "Authorization", "Bearer " + administrator));
        Await.until("another key signs", Duration.ofSeconds(60), () -> !signs().equals(before));
    }

    private String signs() throws InterruptedException, IOException {
        return Jwts.header(flow.serviceToken("service")).getString("kid");
    }

    @Override
    public void close() {
        claviger.close();
    }

    /** Hands it to tests; it ends with the run. */
    static final class Extension implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == RotatingClaviger.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(Namespace.GLOBAL)
                    .getOrComputeIfAbsent(RotatingClaviger.class, key -> start(), RotatingClaviger.class);
        }

        private static RotatingClaviger start() {
            try {
                return new RotatingClaviger();
            } catch (Exception e) {
                throw new ParameterResolutionException("No server: " + e.getMessage(), e);
            }
        }
    }
}

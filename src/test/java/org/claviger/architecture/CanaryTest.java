package org.claviger.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.stream.Stream;
import org.claviger.architecture.canary.StrayCanary;
import org.claviger.oauth.CanaryManager;
import org.claviger.settings.SettingsCanary;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A rule that matches nothing passes for ever; each has to catch the canaries, which break all of them. */
class CanaryTest {
    private static final JavaClasses CANARIES =
            new ClassFileImporter().importClasses(CanaryManager.class, SettingsCanary.class, StrayCanary.class);

    static Stream<Field> rules() {
        return Arrays.stream(ArchitectureTest.class.getDeclaredFields())
                .filter(field -> field.isAnnotationPresent(ArchTest.class));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void the_rule_catches_a_canary(Field rule) throws IllegalAccessException {
        assertThat(((ArchRule) rule.get(null)).evaluate(CANARIES).hasViolation())
                .isTrue();
    }
}

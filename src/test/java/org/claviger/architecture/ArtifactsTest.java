package org.claviger.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.nio.file.Paths;
import org.junit.jupiter.api.Test;

/** What holds for {@code claviger-client.jar}, which goes to where nothing else of ours is. */
class ArtifactsTest {
    /** These are for CDI, and nothing else there loads them. */
    private static final String FOR_CDI =
            "org[.]claviger[.]calls[.](Calls|CallsFilter|CallSettings|CurrentCaller|CurrentTrace)([$].*)?";

    private static final DescribedPredicate<JavaClass> WITHOUT_CDI =
            resideInAPackage("org.claviger.calls").and(DescribedPredicate.not(nameMatching(FOR_CDI)));

    private static JavaClasses calls() {
        Path folder = Paths.get("target", "test-classes", "org", "claviger", "calls");
        return new ClassFileImporter()
                .withImportOption(location -> !location.contains("Test"))
                .importPath(folder);
    }

    @Test
    void it_needs_nothing_of_claviger_nor_of_any_library() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "org.claviger.calls",
                        "java..",
                        "jakarta.annotation",
                        "jakarta.enterprise..",
                        "jakarta.inject",
                        "jakarta.json",
                        "jakarta.servlet.http",
                        "jakarta.ws.rs..",
                        "org.eclipse.microprofile.config")
                .check(calls());
    }

    @Test
    void java_with_a_rest_client_and_json_suffices_for_the_rest() {
        classes()
                .that(WITHOUT_CDI)
                .should()
                .onlyDependOnClassesThat(resideInAPackage("java..")
                        .or(resideInAPackage("jakarta.ws.rs.."))
                        .or(resideInAPackage("jakarta.json"))
                        .or(nameMatching("jakarta[.]annotation[.]Priority"))
                        .or(WITHOUT_CDI))
                .check(calls());
    }

    /** The constructors that take no clock and no source of randomness are those of applications. */
    @Test
    void time_and_randomness_are_injected() {
        DescribedPredicate<JavaClass> others =
                DescribedPredicate.not(nameMatching("org[.]claviger[.]calls[.]TokenClient"));
        ArchitectureTest.time_and_randomness_are_injected.check(calls().that(others));
    }

    @Test
    void nothing_is_printed() {
        ArchitectureTest.nothing_is_printed.check(calls());
    }
}

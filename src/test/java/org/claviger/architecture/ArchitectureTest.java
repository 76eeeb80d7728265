package org.claviger.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import jakarta.persistence.Entity;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What holds for every class of ours. {@link CanaryTest} shows that each rule catches who breaks it. */
@AnalyzeClasses(packages = "org.claviger", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final Set<String> GROUND = Set.of("oauth", "jose", "settings", "database", "audit", "trace");
    private static final Set<String> FEATURES =
            Set.of("client", "identity", "key", "live", "refresh", "revocation", "throttle");
    private static final Set<String> FRONT = Set.of("authorize", "guard", "discovery");
    private static final Set<String> TOP = Set.of("token", "admin", "setup", "account");

    /** Each package below the root, and the others that it may use. The root uses all, and nobody uses the root. */
    private static final Map<String, Set<String>> USES = new TreeMap<>(Map.of(
            "oauth", Set.of(),
            "jose", Set.of("oauth"),
            "settings", Set.of("oauth", "jose"),
            "trace", Set.of(),
            "database", Set.of("oauth", "settings", "trace"),
            "audit", Set.of("oauth", "settings", "database", "trace"),
            "http", Set.of("oauth", "settings", "database", "audit"),
            "page", Set.of("oauth", "settings", "audit", "http")));

    private static final Pattern TIME_OR_RANDOMNESS = Pattern.compile(String.join(
            "|",
            "java[.]time[.]\\w+[.]now[(](?!java[.]time[.]Clock).*",
            "java[.]time[.]Clock[.]system.*",
            "java[.]util[.]Date[.]<init>[(][)]",
            "java[.]lang[.]System[.]currentTimeMillis.*",
            "java[.]lang[.]Math[.]random.*",
            "java[.]util[.]UUID[.]randomUUID.*",
            "java[.]util[.](Splittable)?Random[.]<init>.*",
            "java[.]util[.]concurrent[.]ThreadLocalRandom[.]current.*",
            "java[.]security[.]SecureRandom[.](<init>|getInstance).*"));

    static {
        USES.put("push", Set.of("oauth", "settings", "database"));
        FEATURES.forEach(name -> USES.put(name, union(GROUND, Set.of("key", "revocation"))));
        USES.put("remote", union(GROUND, Set.of("revocation", "guard")));
        FRONT.forEach(name -> USES.put(name, union(GROUND, FEATURES, Set.of("http", "page"))));
        TOP.forEach(name -> USES.put(name, union(GROUND, FEATURES, FRONT, Set.of("http", "page"))));
        USES.put("browser", union(GROUND, FEATURES, FRONT, Set.of("http", "page", "token")));
        USES.put("console", union(GROUND, FEATURES, FRONT, TOP, Set.of("http", "page", "browser")));
    }

    @ArchTest
    static final ArchRule every_package_has_its_place = classes()
            .should()
            .resideInAnyPackage(Stream.concat(
                            Stream.of("org.claviger"), USES.keySet().stream().map("org.claviger."::concat))
                    .toArray(String[]::new));

    @ArchTest
    static final ArchRule dependencies_point_one_way = layers();

    @ArchTest
    static final ArchRule there_are_no_cycles =
            slices().matching("org.claviger.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule time_and_randomness_are_injected = noClasses()
            .that()
            .resideOutsideOfPackage("org.claviger.settings")
            .should()
            .callCodeUnitWhere(describe("takes the time or randomness itself", call -> TIME_OR_RANDOMNESS
                    .matcher(call.getTarget().getFullName())
                    .matches()))
            .because("tests set the clock, and one place chooses the source of randomness");

    @ArchTest
    static final ArchRule entities_are_package_private_rows = classes()
            .that()
            .areAnnotatedWith(Entity.class)
            .or()
            .haveSimpleNameEndingWith("Row")
            .should()
            .bePackagePrivate()
            .andShould()
            .haveSimpleNameEndingWith("Row");

    @ArchTest
    static final ArchRule names_say_what_a_class_does =
            noClasses().should().haveNameMatching(".*(Util|Utils|Impl|Manager|Helper)");

    @ArchTest
    static final ArchRule nothing_is_printed = noClasses()
            .should(accessField(System.class, "out")
                    .or(accessField(System.class, "err"))
                    .or(callMethod(Throwable.class, "printStackTrace")));

    @ArchTest
    static final ArchRule there_is_no_ejb = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ejb..")
            .because("WildFly's MicroProfile configuration has no EJB container");

    @ArchTest
    static final ArchRule the_vocabulary_knows_no_container = noClasses()
            .that()
            .resideInAnyPackage("org.claviger.oauth", "org.claviger.jose", "org.claviger.settings")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.servlet..", "jakarta.ws.rs..", "jakarta.persistence..");

    private static LayeredArchitecture layers() {
        LayeredArchitecture layers = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("org.claviger");
        for (String name : USES.keySet()) {
            layers = layers.optionalLayer(name).definedBy("org.claviger." + name);
        }
        layers = layers.whereLayer("root").mayNotBeAccessedByAnyLayer();
        for (String name : USES.keySet()) {
            layers = layers.whereLayer(name)
                    .mayOnlyAccessLayers(union(USES.get(name), Set.of(name)).toArray(String[]::new));
        }
        return layers;
    }

    @SafeVarargs
    private static Set<String> union(Set<String>... sets) {
        Set<String> all = new HashSet<>();
        for (Set<String> set : sets) {
            all.addAll(set);
        }
        return all;
    }
}

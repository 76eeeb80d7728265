package org.claviger.run;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.claviger.Fixture;
import org.claviger.settings.LdapSettings;
import org.claviger.settings.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What administrators are given agrees with what there is. */
class ServerConfigTest {
    private static final Path FOLDER = Path.of("server-config");
    private static final Pattern VARIABLE = Pattern.compile("CLAVIGER_[A-Z_]*[A-Z]");

    /** Read by WildFly, and not by us. */
    private static final Set<String> OF_OTHERS = Set.of("CLAVIGER_TLS_PASSWORD");

    @Test
    void every_environment_variable_is_that_of_a_setting() throws IOException {
        Set<String> named = new TreeSet<>();
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                named.addAll(VARIABLE.matcher(Files.readString(file))
                        .results()
                        .map(MatchResult::group)
                        .toList());
            }
        }
        named.removeAll(OF_OTHERS);

        assertThat(named).contains("CLAVIGER_ISSUER").isSubsetOf(variables());
    }

    /** Also with what is commented out, one of them at a time in place of what stands there. */
    @ParameterizedTest
    @ValueSource(strings = {"openldap.env", "active-directory.env"})
    void a_directory_is_configured_as_the_example_says(String file) throws IOException {
        Map<String, String> example = new HashMap<>();
        List<MatchResult> lines = Pattern.compile("(?m)^(#?)(CLAVIGER_\\w+)='?(.*?)'?$")
                .matcher(Files.readString(FOLDER.resolve("ldap").resolve(file)))
                .results()
                .toList();
        lines.stream()
                .filter(line -> line.group(1).isEmpty())
                .forEach(line -> example.put(line.group(2), line.group(3)));
        example.put("CLAVIGER_LDAP_PASSWORD", "in place of the file");

        assertThat(read(example)).satisfies(ldap -> {
            assertThat(ldap.person().filter()).isNotEqualTo(Setting.LDAP_USER_FILTER.byDefault());
            assertThat(ldap.urls()).contains("ldaps:");
            assertThat(ldap.trusted()).isPresent();
        });
        for (MatchResult line : lines) {
            Map<String, String> other = new HashMap<>(example);
            other.put(line.group(2), line.group(2).endsWith("_PASSWORD") ? "another" : line.group(3));
            read(other);
        }
    }

    private static LdapSettings read(Map<String, String> environment) {
        List<String> all = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            Optional.ofNullable(environment.get(variable(setting))).ifPresent(value -> {
                all.add(setting.key());
                all.add(value);
            });
        }
        assertThat(all).hasSize(environment.size() * 2);
        return Fixture.settings(all.toArray(String[]::new)).identity().ldap().orElseThrow();
    }

    private static Set<String> variables() {
        return Arrays.stream(Setting.values()).map(ServerConfigTest::variable).collect(toSet());
    }

    private static String variable(Setting setting) {
        return setting.key().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** An overlay takes the place of the whole file. */
    @Test
    void the_descriptor_with_a_reference_to_the_cache_is_that_of_the_war_otherwise() throws IOException {
        assertThat(parameters(FOLDER.resolve("wildfly/push-web.xml")))
                .isNotEmpty()
                .isEqualTo(parameters(Path.of("src/main/webapp/WEB-INF/web.xml")));
    }

    private static List<String> parameters(Path descriptor) throws IOException {
        return Pattern.compile("<context-param>.*?</context-param>", Pattern.DOTALL)
                .matcher(Files.readString(descriptor))
                .results()
                .map(parameter -> parameter.group().replaceAll("\\s", ""))
                .toList();
    }
}

package org.claviger.run;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.claviger.settings.Setting;
import org.junit.jupiter.api.Test;

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

    private static Set<String> variables() {
        return Arrays.stream(Setting.values())
                .map(setting -> setting.key().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
                .collect(toSet());
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

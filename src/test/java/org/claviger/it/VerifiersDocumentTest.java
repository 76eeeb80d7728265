package org.claviger.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/verifiers.md} shows is what {@link VerifierContract} is held to. */
class VerifiersDocumentTest {
    private static final Pattern BLOCK = Pattern.compile("```(java|properties|apache|xml)\n(.*?)```", Pattern.DOTALL);

    private static String lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }

    @Test
    void every_example_is_part_of_what_the_tests_run() throws IOException {
        List<Path> files = new ArrayList<>(List.of(
                Path.of("src/test/java/org/claviger/it/SmallRyeVerifier.java"),
                Path.of("src/test/java/org/claviger/it/WildFlyVerifierIT.java")));
        files.addAll(in("server-config/verifiers"));
        files.addAll(in("src/test/java/org/claviger/it/spring"));
        List<String> tested = new ArrayList<>();
        for (Path file : files) {
            tested.add(lines(Files.readString(file)));
        }
        Matcher block = BLOCK.matcher(Files.readString(Path.of("docs/verifiers.md")));
        int found = 0;
        while (block.find()) {
            String example = lines(block.group(2));
            assertThat(tested).as(example).anyMatch(file -> file.contains(example));
            found++;
        }
        assertThat(found).isGreaterThan(5);
    }

    private static List<Path> in(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.toList();
        }
    }
}

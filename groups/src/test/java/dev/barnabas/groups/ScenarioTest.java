package dev.barnabas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the scenario files. To write down what comes of changed commands, and then to read whether it is right:
 * {@code mvn -pl groups -am test -Dtest=ScenarioTest -Dsurefire.failIfNoSpecifiedTests=false -Dscenarios.write=true}.
 */
final class ScenarioTest {
    private static final Path FOLDER = Path.of("src/test/resources/dev/barnabas/groups/scenarios");

    static Stream<String> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void goesAsTheFileSays(String name) throws IOException {
        Path file = FOLDER.resolve(name);
        List<String> lines = Files.readAllLines(file);
        String played = Scenario.play(lines, settings -> new TestCoordinator(settings, 42));
        if (Boolean.getBoolean("scenarios.write")) {
            Files.writeString(file, played);
        } else {
            assertThat(played).isEqualTo(text(lines));
        }
    }

    /** Files that say {@code # Kafka differs} at their top do what Kafka does not, or what its shard alone cannot. */
    @ParameterizedTest
    @MethodSource("files")
    void goesLikeThatInKafka(String name) throws IOException {
        List<String> lines = Files.readAllLines(FOLDER.resolve(name));
        if (lines.getFirst().startsWith("# Kafka differs")) {
            return;
        }
        String played = Scenario.play(lines, KafkaGroups::new);
        assertThat(inAnyOrder(played)).isEqualTo(inAnyOrder(text(lines)));
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }

    /** The answers to each command sorted: Kafka keeps members without an order. */
    private static String inAnyOrder(String played) {
        return played
                .lines()
                .collect(
                        ArrayList<List<String>>::new,
                        (blocks, line) -> {
                            if (blocks.isEmpty() || line.startsWith("> ") || line.isEmpty() || line.startsWith("#")) {
                                blocks.add(new ArrayList<>());
                            }
                            blocks.getLast().add(line);
                        },
                        List::addAll)
                .stream()
                .map(block -> block.stream().sorted().collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
    }
}

package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays the scenario files. To write down what comes of changed commands, and then to read whether it is right:
 * {@code mvn -pl transactions -am test -Dtest=ScenarioTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dscenarios.write=true}.
 */
final class ScenarioTest {
    static final Path FOLDER = Path.of("src/test/resources/dev/barnabas/transactions/scenarios");

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
        String played = Scenario.play(lines, new TestCoordinator(TransactionSettings.DEFAULTS));
        if (Boolean.getBoolean("scenarios.write")) {
            Files.writeString(file, played);
        } else {
            assertThat(played).isEqualTo(String.join("\n", lines) + "\n");
        }
    }
}

package dev.barnabas.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same requests to our coordinator and to Apache Kafka 4.4.0, which has to run somewhere, with a single broker:
 * {@code mvn -pl transactions -am test -Dtest=DifferentialTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dbarnabas.compare-with=localhost:9092}; to try many stories: {@code -Dtransactions.seeds=1000}.
 */
@EnabledIfSystemProperty(named = DifferentialTest.KAFKA, matches = ".+")
final class DifferentialTest {
    static final String KAFKA = "barnabas.compare-with";

    private static final int COMMANDS = 40;

    static Stream<String> files() throws IOException {
        return ScenarioTest.files();
    }

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("transactions.seeds", 50));
    }

    private static KafkaBroker kafka(String story) throws IOException {
        String prefix = story + "-" + ProcessHandle.current().pid() + "-";
        return KafkaBroker.connect(System.getProperty(KAFKA), prefix);
    }

    /** But for files that say {@code # Kafka differs}, or where more than a client is needed. */
    @ParameterizedTest
    @MethodSource("files")
    void goesLikeThatInKafka(String name) throws IOException {
        List<String> lines = Files.readAllLines(ScenarioTest.FOLDER.resolve(name));
        assumeFalse(lines.getFirst().startsWith("# Kafka differs"));
        assumeFalse(lines.stream().anyMatch(line -> line.matches("> (markers|reload|feature|wait) ?.*")));
        try (KafkaBroker kafka = kafka(name)) {
            assertThat(Scenario.play(lines, kafka)).isEqualTo(String.join("\n", lines) + "\n");
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void isAnsweredAsByKafka(long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        boolean mixed = random.nextInt(3) == 0;
        boolean newest = random.nextInt(3) > 0;
        Scenario ours = new Scenario(new TestCoordinator(TransactionSettings.DEFAULTS));
        try (KafkaBroker broker = kafka("story-" + seed)) {
            Scenario kafkas = new Scenario(broker);
            List<String> story = new ArrayList<>();
            for (int i = 0; i < COMMANDS; i++) {
                String command = i == 0 ? "init A" : command(random, mixed ? random.nextBoolean() : newest);
                if (command.contains("expecting") && ours.play("describe").contains("Ongoing")) {
                    // Kafka differs: whoever names an old epoch has the transaction aborted before it is refused.
                    continue;
                }
                String answer = ours.play(command);
                story.add("> " + command + "\n" + answer);
                assertThat(kafkas.play(command))
                        .as("%s", String.join("\n", story))
                        .isEqualTo(answer);
            }
        }
    }

    private static String command(SplittableRandom random, boolean newest) {
        String producer = random.nextBoolean() ? "A" : "B";
        String as = random.nextInt(6) == 0 ? " as=P1/" + random.nextInt(8) : "";
        int older = random.nextInt(5);
        return switch (random.nextInt(11)) {
            case 0 -> "init " + producer + " version=" + (newest ? 5 : 4);
            case 1 -> "init " + producer + " expecting version=" + (newest ? 5 : 3 + older % 2);
            case 2, 3, 4 -> "add " + producer + " a/" + random.nextInt(3) + " version=" + (newest ? 5 : older % 4) + as;
            case 5, 6 -> "commit " + producer + " version=" + (newest ? 5 : older) + as;
            case 7 -> "abort " + producer + " version=" + (newest ? 5 : older) + as;
            case 8 -> "verify " + producer + " a/0 a/1" + as;
            case 9 -> "offsets " + producer + " g version=" + older % 4 + as;
            default -> "describe";
        };
    }
}

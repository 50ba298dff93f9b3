package dev.barnabas.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A {@link Story} as Apache Kafka 4.4.0 told it, in a file beside the tests. What Barnabas tells has to be the same,
 * but for steps of which the test says what is told instead. docs/compatibility.md says how such a file is written
 * anew.
 */
final class Transcript {

    private static final String RECORD_FROM = "barnabas.record-from";

    private final Path file;

    Transcript(String name) {
        file = Path.of("src/test/resources/kafka-4.4.0", name + ".txt");
    }

    /** The address of the Kafka to record from; empty if the file is to be compared with. */
    static String recordFrom() {
        return System.getProperty(RECORD_FROM, "");
    }

    /** @param instead what Barnabas tells on purpose, by what the step is called */
    void compareWith(Story story, Map<String, String> instead) throws IOException {
        if (!recordFrom().isEmpty()) {
            Files.createDirectories(file.getParent());
            Files.write(file, story.lines());
            return;
        }
        List<String> expected = new ArrayList<>();
        Set<String> unused = new TreeSet<>(instead.keySet());
        for (String line : Files.readAllLines(file)) {
            String step = line.substring(0, line.indexOf(": "));
            unused.remove(step);
            expected.add(instead.containsKey(step) ? step + ": " + instead.get(step) : line);
        }
        assertThat(unused).as("differences of steps that are not in " + file).isEmpty();
        assertThat(story.lines()).containsExactlyElementsOf(expected);
    }
}

package dev.barnabas.conformance.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.barnabas.conformance.Eventually;
import dev.barnabas.conformance.NodeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kill -9} of the node while Kafka Streams counts words and joins two topics: every count and every pair is in
 * the output once.
 */
final class KilledNodeStreamsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int KILLS = 3;
    private static final int BETWEEN_KILLS = 1_000;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "streams"})
    void theOutputIsExactlyRight(String protocol, @TempDir Path data, @TempDir Path state) throws Exception {
        try (NodeProcess node = NodeProcess.start(data, Map.of())) {
            Inputs.createTopics(node.address());
            try (Inputs inputs = new Inputs(node.address());
                    Application application = new Application(node.address(), protocol, state, Map.of())) {
                for (int kill = 0; kill < KILLS; kill++) {
                    awaitMore(inputs, application);
                    node.killAndStart();
                }
                awaitMore(inputs, application);
                inputs.finish();
                int outputs = inputs.outputs();
                Eventually.await("all of " + outputs + " outputs", LIMIT, () -> {
                    assertThat(application.failure()).isNull();
                    return inputs.found() >= outputs;
                });
                inputs.assertOutputs();
            }
        }
    }

    private static void awaitMore(Inputs inputs, Application application) throws Exception {
        int wanted = inputs.found() + BETWEEN_KILLS;
        Eventually.await("the application works", LIMIT, () -> {
            assertThat(application.failure()).isNull();
            return inputs.found() >= wanted;
        });
    }
}

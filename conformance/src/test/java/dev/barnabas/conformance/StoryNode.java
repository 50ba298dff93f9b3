package dev.barnabas.conformance;

import dev.barnabas.server.RunningNode;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a {@link Story} plays: a node of ours, or the Kafka that {@link Transcript} records from. */
final class StoryNode implements AutoCloseable {

    private final @Nullable RunningNode ours;

    private StoryNode(@Nullable RunningNode ours) {
        this.ours = ours;
    }

    static StoryNode start(Path data) throws Exception {
        return new StoryNode(Transcript.recordFrom().isEmpty() ? RunningNode.start(data) : null);
    }

    String address() {
        return ours == null ? Transcript.recordFrom() : ours.address();
    }

    @Override
    public void close() {
        if (ours != null) {
            ours.close();
        }
    }
}

package dev.barnabas.log;

import dev.barnabas.host.Loop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Who may compact a log, on a whole node: as many at once as the settings say, and who needs it most first. What they
 * may use is shared out among them. Owned by one loop; asked from any.
 */
public final class CompactionTurns {
    private final Loop loop;
    private volatile CompactionSettings settings;
    private final List<Waiting> waiting = new ArrayList<>();
    private int running;

    /**
     * What one compaction may use.
     *
     * @param memoryBytes for the offsets of keys
     */
    record Share(long memoryBytes, double loadFactor, double bytesPerSecond) {}

    private record Waiting(double urgency, Loop of, Consumer<Share> turn) {}

    public CompactionTurns(Loop loop, CompactionSettings settings) {
        this.loop = loop;
        this.settings = settings;
    }

    /** From any thread. What is running goes on as it began. */
    public void changeSettings(CompactionSettings other) {
        settings = other;
        loop.execute(this::next);
    }

    CompactionSettings settings() {
        return settings;
    }

    /**
     * Asks for a turn, which ends with {@link #done}.
     *
     * @param urgency the higher, the earlier
     * @param turn called on {@code of} when it has come
     */
    void ask(double urgency, Loop of, Consumer<Share> turn) {
        loop.execute(() -> {
            waiting.add(new Waiting(urgency, of, turn));
            next();
        });
    }

    /** A turn has ended. */
    void done() {
        loop.execute(() -> {
            running--;
            next();
        });
    }

    private void next() {
        CompactionSettings now = settings;
        while (running < now.threads() && !waiting.isEmpty()) {
            int most = 0;
            for (int i = 1; i < waiting.size(); i++) {
                if (waiting.get(i).urgency > waiting.get(most).urgency) {
                    most = i;
                }
            }
            Waiting chosen = waiting.remove(most);
            running++;
            Share share = new Share(
                    now.memoryBytes() / now.threads(), now.loadFactor(), now.bytesPerSecond() / now.threads());
            chosen.of.execute(() -> chosen.turn.accept(share));
        }
    }
}

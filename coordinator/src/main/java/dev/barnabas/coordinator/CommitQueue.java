package dev.barnabas.coordinator;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * What waits for the high watermark to be set off outside of a shard, in the order of the offsets. Unlike answers it
 * waits as long as it takes. Owned by the shard's loop.
 */
final class CommitQueue {
    private final ShardLog log;
    private final Queue<Waiting> queue = new ArrayDeque<>();

    CommitQueue(ShardLog log) {
        this.log = log;
    }

    /** Runs the tasks when everything before the offset is committed. Offsets never go back from call to call. */
    void add(List<Runnable> tasks, long offset) {
        if (!tasks.isEmpty()) {
            queue.add(new Waiting(tasks, offset));
            release();
        }
    }

    void release() {
        long highWatermark = log.highWatermark();
        for (Waiting first = queue.peek(); first != null && first.offset <= highWatermark; first = queue.peek()) {
            queue.remove();
            first.tasks.forEach(Runnable::run);
        }
    }

    void close() {
        queue.clear();
    }

    private record Waiting(List<Runnable> tasks, long offset) {}
}

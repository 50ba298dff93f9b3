package dev.barnabas.client;

import dev.barnabas.host.Loop;
import java.util.ArrayList;
import java.util.List;

/** How many bytes a producer holds, and who waits until it holds fewer. Owned by the producer's loop. */
final class SendBuffer {

    /** Whoever waits for room is told when so much of the buffer is free, not for every batch. */
    private static final double ROOM = 0.25;

    private final Loop loop;
    private final long limit;
    private final List<Runnable> waiting = new ArrayList<>();
    private long used;
    private boolean closed;

    SendBuffer(Loop loop, long limit) {
        this.loop = loop;
        this.limit = limit;
    }

    long used() {
        return used;
    }

    /** Whether a record of this size may be accepted. An empty buffer takes any. */
    boolean fits(int bytes) {
        return used == 0 || used + bytes <= limit;
    }

    void take(long bytes) {
        used += bytes;
    }

    void release(long bytes) {
        used -= bytes;
        if (!waiting.isEmpty() && hasRoom()) {
            // Not from within: whoever gets room sends at once.
            loop.execute(this::wake);
        }
    }

    /** Calls back, once, when there is a good deal of room; now if there is. */
    void whenRoom(Runnable task) {
        if (hasRoom()) {
            task.run();
        } else {
            waiting.add(task);
        }
    }

    /** Nobody has to wait any more. */
    void close() {
        closed = true;
        wake();
    }

    private boolean hasRoom() {
        return closed || used <= limit * (1 - ROOM);
    }

    private void wake() {
        if (hasRoom()) {
            List<Runnable> tasks = List.copyOf(waiting);
            waiting.clear();
            tasks.forEach(Runnable::run);
        }
    }
}

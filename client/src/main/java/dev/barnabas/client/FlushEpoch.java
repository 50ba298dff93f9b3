package dev.barnabas.client;

/**
 * What a producer accepted between two calls of flush. The later call closes the epoch: what belongs to it is sent
 * without lingering, and the flush is done when nothing of it, or of those before, is outstanding.
 */
final class FlushEpoch {

    final Eventual<Done> flushed = new Eventual<>();
    private long outstanding;
    private boolean closed;

    void began() {
        outstanding++;
    }

    void ended() {
        outstanding--;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isDone() {
        return closed && outstanding == 0;
    }
}

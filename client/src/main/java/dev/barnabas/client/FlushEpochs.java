package dev.barnabas.client;

import java.util.ArrayDeque;
import java.util.Deque;

/** The epochs between the flushes of a producer: a flush is done when its epoch and all before it are. */
final class FlushEpochs {

    private final Deque<FlushEpoch> epochs = new ArrayDeque<>();

    FlushEpochs() {
        epochs.add(new FlushEpoch());
    }

    /** What is accepted now belongs to it. */
    FlushEpoch current() {
        return epochs.getLast();
    }

    /** Closes the current epoch; what it returns is settled by {@link #settle}. */
    Eventual<Done> flush() {
        FlushEpoch epoch = epochs.getLast();
        epoch.close();
        epochs.add(new FlushEpoch());
        return epoch.flushed;
    }

    /** Something has ended: perhaps a flush is done. */
    void settle() {
        while (epochs.size() > 1 && epochs.getFirst().isDone()) {
            epochs.removeFirst().flushed.succeed(Done.DONE);
        }
    }
}

package dev.barnabas.replication;

import dev.barnabas.log.Appended;
import dev.barnabas.log.Appending;
import dev.barnabas.log.LogRefusal;
import org.jspecify.annotations.Nullable;

/**
 * An append on its way through the log and, when it is written, to its acknowledgement. Owned by the partition's loop.
 */
final class AppendInFlight implements Appending {
    final Acks acks;
    /** {@link Long#MAX_VALUE} if it waits however long it takes. */
    final long deadlineNanos;

    final int sizeInBytes;

    private final LeaderRole leader;
    private final Partition.Answer then;
    private long lastOffset;
    private @Nullable Appended appended;
    private boolean answered;

    AppendInFlight(LeaderRole leader, Acks acks, long deadlineNanos, int sizeInBytes, Partition.Answer then) {
        this.leader = leader;
        this.acks = acks;
        this.deadlineNanos = deadlineNanos;
        this.sizeInBytes = sizeInBytes;
        this.then = then;
    }

    @Override
    public void written(Appended result) {
        appended = result;
        lastOffset = result.lastOffset();
        then.written(result);
        if (leader.hasEnded()) {
            refuseIfOpen(Partition.NOT_LEADER);
        } else {
            leader.written(this);
        }
    }

    @Override
    public void refused(LogRefusal refusal) {
        then.written(null);
        refuseIfOpen(refusal);
    }

    /** Known once it is written. */
    long lastOffset() {
        return lastOffset;
    }

    boolean isAnswered() {
        return answered;
    }

    void acknowledgeIfOpen() {
        Appended result = appended;
        if (!answered && result != null) {
            answered = true;
            then.acknowledged(result);
        }
    }

    void refuseIfOpen(LogRefusal refusal) {
        if (!answered) {
            answered = true;
            then.refused(refusal);
        }
    }
}

package dev.barnabas.share;

import dev.barnabas.share.StateRecord.Snapshot;
import dev.barnabas.share.StateRecord.Update;
import java.util.List;

/** The state of one partition in one group. It changes by records only. Part of a {@link ShareStateShard}. */
final class ShareState {
    /** Nobody has decided yet where to begin. */
    static final long NO_START = -1;

    static final int UNKNOWN_COUNT = -1;

    private final ShareKey key;
    private StateBatches batches = new StateBatches();
    private int snapshotEpoch;
    private int stateEpoch;
    private int leaderEpoch;
    private long startOffset;
    private int deliveryCompleteCount;
    private long createdMs;
    private int updates;
    private long position;

    ShareState(ShareKey key) {
        this.key = key;
    }

    int stateEpoch() {
        return stateEpoch;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    long startOffset() {
        return startOffset;
    }

    int deliveryCompleteCount() {
        return deliveryCompleteCount;
    }

    List<StateBatch> batches() {
        return batches.all();
    }

    /** How many updates there are since the last snapshot. */
    int updates() {
        return updates;
    }

    /** Nothing before this offset of the log matters for this state. */
    long position() {
        return position;
    }

    /** @param offset where it is in the log, or an earlier one */
    void apply(Snapshot snapshot, long offset) {
        snapshotEpoch = snapshot.snapshotEpoch();
        stateEpoch = snapshot.stateEpoch();
        leaderEpoch = Math.max(leaderEpoch, snapshot.leaderEpoch());
        startOffset = snapshot.startOffset();
        deliveryCompleteCount = snapshot.deliveryCompleteCount();
        createdMs = snapshot.createdMs();
        batches = new StateBatches();
        batches.addAll(snapshot.batches());
        updates = 0;
        position = offset;
    }

    void apply(Update update) {
        leaderEpoch = Math.max(leaderEpoch, update.leaderEpoch());
        if (update.startOffset() != NO_START) {
            startOffset = update.startOffset();
        }
        deliveryCompleteCount = update.deliveryCompleteCount();
        batches.addAll(update.batches());
        batches.startAt(startOffset);
        updates++;
    }

    /** Begins anew, where somebody has decided; what was known of records is forgotten. */
    Snapshot begun(int newStateEpoch, long start, long nowMs) {
        return new Snapshot(
                key,
                snapshotEpoch + 1,
                newStateEpoch,
                leaderEpoch,
                start,
                start == NO_START ? UNKNOWN_COUNT : 0,
                nowMs,
                nowMs,
                List.of());
    }

    /**
     * What is to be written for a change: an update, or all of it when there have been enough updates.
     *
     * @param updatesPerSnapshot how many updates are enough
     * @param start a later one than before, otherwise there is no change
     */
    StateRecord changed(
            int updatesPerSnapshot, int newLeaderEpoch, long start, int count, List<StateBatch> added, long nowMs) {
        long later = Math.max(start, startOffset);
        int known = start < startOffset
                ? deliveryCompleteCount
                : start == startOffset ? Math.max(count, deliveryCompleteCount) : count;
        if (updates < updatesPerSnapshot) {
            return new Update(key, snapshotEpoch, newLeaderEpoch, later, known, StateBatches.combined(added, later));
        }
        StateBatches all = batches.copy();
        all.addAll(added);
        all.startAt(later);
        return new Snapshot(
                key, snapshotEpoch + 1, stateEpoch, newLeaderEpoch, later, known, createdMs, nowMs, all.all());
    }

    /** The same again, so that what was written before does not matter any more. */
    Snapshot again(long nowMs) {
        return new Snapshot(
                key,
                snapshotEpoch + 1,
                stateEpoch,
                leaderEpoch,
                startOffset,
                deliveryCompleteCount,
                createdMs,
                nowMs,
                batches.all());
    }
}

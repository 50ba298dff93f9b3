package dev.barnabas.share;

import java.util.List;

/** What is stored in {@code __share_group_state}. {@link StateRecords} has the formats. */
sealed interface StateRecord {

    ShareKey key();

    /**
     * All that there is to say about a partition in a group; what was written before does not matter any more.
     *
     * @param snapshotEpoch grows with each snapshot
     * @param stateEpoch grows when the state is begun anew: the group was deleted, or its offsets were altered
     * @param leaderEpoch of the leader of the partition that has read it last
     * @param startOffset of the first record that is not settled; -1 if nobody has decided yet where to begin
     * @param deliveryCompleteCount how many records from the start offset on are settled (KIP-1226); -1 if nobody knows
     * @param createdMs when the first snapshot was written, in milliseconds since the epoch
     * @param writtenMs when this one was written
     * @param batches in order, without overlaps
     */
    record Snapshot(
            ShareKey key,
            int snapshotEpoch,
            int stateEpoch,
            int leaderEpoch,
            long startOffset,
            int deliveryCompleteCount,
            long createdMs,
            long writtenMs,
            List<StateBatch> batches)
            implements StateRecord {
        public Snapshot {
            batches = List.copyOf(batches);
        }
    }

    /** What has changed since the last snapshot, or update. */
    record Update(
            ShareKey key,
            int snapshotEpoch,
            int leaderEpoch,
            long startOffset,
            int deliveryCompleteCount,
            List<StateBatch> batches)
            implements StateRecord {
        public Update {
            batches = List.copyOf(batches);
        }
    }

    /** A tombstone. */
    record Forgotten(ShareKey key) implements StateRecord {}
}

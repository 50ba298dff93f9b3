package dev.barnabas.groups;

import dev.barnabas.coordinator.ProducerInTransaction;
import dev.barnabas.protocol.state.GroupMetadataValue;

/** What is stored in {@code __consumer_offsets}. {@link GroupRecords} has the formats. */
sealed interface GroupRecord
        permits GroupRecord.OffsetCommitted,
                GroupRecord.OffsetPending,
                GroupRecord.OffsetForgotten,
                GroupRecord.ClassicGroupStored,
                GroupRecord.ClassicGroupForgotten,
                ConsumerRecord,
                ShareRecord,
                StreamsRecord {

    record OffsetCommitted(String groupId, String topic, int partition, CommittedOffset committed)
            implements GroupRecord {}

    /** Committed in a transaction: it counts when that is committed, and never if it is aborted. */
    record OffsetPending(
            String groupId, String topic, int partition, CommittedOffset committed, ProducerInTransaction producer)
            implements GroupRecord {}

    /** A tombstone. */
    record OffsetForgotten(String groupId, String topic, int partition) implements GroupRecord {}

    /** A classic group as it is after a rebalance, or empty. */
    record ClassicGroupStored(String groupId, GroupMetadataValue value) implements GroupRecord {}

    /** A tombstone. */
    record ClassicGroupForgotten(String groupId) implements GroupRecord {}
}

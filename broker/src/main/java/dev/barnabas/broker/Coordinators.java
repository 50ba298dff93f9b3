package dev.barnabas.broker;

import dev.barnabas.coordinator.ShardLog;
import dev.barnabas.groups.GroupCoordinator;
import dev.barnabas.metadata.Topic;
import dev.barnabas.replication.PartitionId;
import dev.barnabas.share.ShareCoordinator;
import dev.barnabas.transactions.TransactionCoordinator;

/** Who coordinates something when this node leads a partition that stores it. */
record Coordinators(GroupCoordinator groups, TransactionCoordinator transactions, ShareCoordinator shareStates) {

    /** On the partition's loop, like {@link #resigned}. */
    void elected(PartitionId id, ShardLog log) {
        switch (id.topic()) {
            case Topic.TRANSACTION_STATE -> transactions.elected(id.index(), log);
            case Topic.SHARE_GROUP_STATE -> shareStates.elected(id.index(), log);
            default -> groups.elected(id.index(), log);
        }
    }

    void resigned(PartitionId id) {
        switch (id.topic()) {
            case Topic.TRANSACTION_STATE -> transactions.resigned(id.index());
            case Topic.SHARE_GROUP_STATE -> shareStates.resigned(id.index());
            default -> groups.resigned(id.index());
        }
    }
}

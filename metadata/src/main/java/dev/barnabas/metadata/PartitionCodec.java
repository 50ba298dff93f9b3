package dev.barnabas.metadata;

import dev.barnabas.metadata.record.PartitionsAddedRecord;
import dev.barnabas.metadata.record.PartitionsChangedRecord;
import dev.barnabas.metadata.record.TopicCreatedRecord;
import java.util.List;
import java.util.TreeMap;

/**
 * The stored form of partitions. The schema language has no type that several records share, so that the same fields
 * are generated for each record that has partitions; here they become the same again.
 */
final class PartitionCodec {

    private PartitionCodec() {}

    static PartitionsChangedRecord encode(Change.PartitionsChanged changed) {
        return new PartitionsChangedRecord(changed.topics().stream()
                .map(ofTopic -> new PartitionsChangedRecord.ChangedTopic(
                        ofTopic.topicId(),
                        ofTopic.partitions().entrySet().stream()
                                .map(entry -> new PartitionsChangedRecord.ChangedPartition(
                                        entry.getKey(), changed(entry.getValue())))
                                .toList()))
                .toList());
    }

    static Change.PartitionsChanged decode(PartitionsChangedRecord stored) {
        return new Change.PartitionsChanged(stored.topics().stream()
                .map(ofTopic -> {
                    TreeMap<Integer, Partition> partitions = new TreeMap<>();
                    ofTopic.partitions().forEach(changed -> partitions.put(changed.index(), changed(changed.state())));
                    return new Change.PartitionsChanged.OfTopic(ofTopic.topicId(), partitions);
                })
                .toList());
    }

    static List<TopicCreatedRecord.PartitionState> created(List<Partition> partitions) {
        return partitions.stream().map(PartitionCodec::created).toList();
    }

    static List<Partition> ofCreated(List<TopicCreatedRecord.PartitionState> states) {
        return states.stream().map(PartitionCodec::created).toList();
    }

    static List<PartitionsAddedRecord.PartitionState> added(List<Partition> partitions) {
        return partitions.stream().map(PartitionCodec::added).toList();
    }

    static List<Partition> ofAdded(List<PartitionsAddedRecord.PartitionState> states) {
        return states.stream().map(PartitionCodec::added).toList();
    }

    private static TopicCreatedRecord.PartitionState created(Partition partition) {
        return new TopicCreatedRecord.PartitionState(
                partition.replicas(),
                partition.inSyncReplicas(),
                partition.eligibleLeaders(),
                partition.lastKnownEligible(),
                partition.addingReplicas(),
                partition.removingReplicas(),
                partition.leader(),
                partition.leaderRecovering(),
                partition.leaderEpoch(),
                partition.partitionEpoch());
    }

    private static Partition created(TopicCreatedRecord.PartitionState state) {
        return new Partition(
                state.replicas(),
                state.inSyncReplicas(),
                state.eligibleLeaders(),
                state.lastKnownEligible(),
                state.addingReplicas(),
                state.removingReplicas(),
                state.leader(),
                state.leaderRecovering(),
                state.leaderEpoch(),
                state.partitionEpoch());
    }

    private static PartitionsAddedRecord.PartitionState added(Partition partition) {
        return new PartitionsAddedRecord.PartitionState(
                partition.replicas(),
                partition.inSyncReplicas(),
                partition.eligibleLeaders(),
                partition.lastKnownEligible(),
                partition.addingReplicas(),
                partition.removingReplicas(),
                partition.leader(),
                partition.leaderRecovering(),
                partition.leaderEpoch(),
                partition.partitionEpoch());
    }

    private static Partition added(PartitionsAddedRecord.PartitionState state) {
        return new Partition(
                state.replicas(),
                state.inSyncReplicas(),
                state.eligibleLeaders(),
                state.lastKnownEligible(),
                state.addingReplicas(),
                state.removingReplicas(),
                state.leader(),
                state.leaderRecovering(),
                state.leaderEpoch(),
                state.partitionEpoch());
    }

    private static PartitionsChangedRecord.PartitionState changed(Partition partition) {
        return new PartitionsChangedRecord.PartitionState(
                partition.replicas(),
                partition.inSyncReplicas(),
                partition.eligibleLeaders(),
                partition.lastKnownEligible(),
                partition.addingReplicas(),
                partition.removingReplicas(),
                partition.leader(),
                partition.leaderRecovering(),
                partition.leaderEpoch(),
                partition.partitionEpoch());
    }

    private static Partition changed(PartitionsChangedRecord.PartitionState state) {
        return new Partition(
                state.replicas(),
                state.inSyncReplicas(),
                state.eligibleLeaders(),
                state.lastKnownEligible(),
                state.addingReplicas(),
                state.removingReplicas(),
                state.leader(),
                state.leaderRecovering(),
                state.leaderEpoch(),
                state.partitionEpoch());
    }
}

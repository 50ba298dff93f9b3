package dev.barnabas.share;

import dev.barnabas.protocol.message.WriteShareGroupStateRequest.PartitionData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.share.ShareCoordinatorConfig;
import org.apache.kafka.coordinator.share.ShareCoordinatorShard;
import org.apache.kafka.coordinator.share.metrics.ShareCoordinatorMetrics;
import org.apache.kafka.timeline.SnapshotRegistry;

/** The share coordinator of Apache Kafka, to compare ours with. */
final class KafkaStates {
    private static final short NO_EPOCH = -1;
    private static final Uuid TOPIC =
            new Uuid(TestStates.TOPIC.mostSignificantBits(), TestStates.TOPIC.leastSignificantBits());

    private final ShareCoordinatorShard shard;
    private long nextOffset;

    KafkaStates(int updatesPerSnapshot) {
        ShareCoordinatorConfig config = new ShareCoordinatorConfig(new AbstractConfig(
                ShareCoordinatorConfig.CONFIG_DEF,
                Map.of("share.coordinator.snapshot.update.records.per.snapshot", updatesPerSnapshot),
                false));
        var builder = new ShareCoordinatorShard.Builder(config);
        builder.withLogContext(new LogContext())
                .withTime(Time.SYSTEM)
                .withCoordinatorMetrics(new ShareCoordinatorMetrics())
                .withTopicPartition(new TopicPartition("__share_group_state", 0))
                .withSnapshotRegistry(new SnapshotRegistry(new LogContext()));
        shard = builder.build();
        shard.onLoaded(new OneTopic());
    }

    private <T> T run(CoordinatorResult<T, CoordinatorRecord> result) {
        for (CoordinatorRecord record : result.records()) {
            shard.replay(nextOffset++, NO_EPOCH, NO_EPOCH, record);
        }
        return result.response();
    }

    short initialize(String group, int partition, int stateEpoch, long startOffset) {
        return run(shard.initializeState(new InitializeShareGroupStateRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                                .setTopicId(TOPIC)
                                .setPartitions(List.of(new InitializeShareGroupStateRequestData.PartitionData()
                                        .setPartition(partition)
                                        .setStateEpoch(stateEpoch)
                                        .setStartOffset(startOffset)))))))
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode();
    }

    short write(String group, PartitionData partition) {
        return run(shard.writeState(new WriteShareGroupStateRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new WriteShareGroupStateRequestData.WriteStateData()
                                .setTopicId(TOPIC)
                                .setPartitions(List.of(new WriteShareGroupStateRequestData.PartitionData()
                                        .setPartition(partition.partition())
                                        .setStateEpoch(partition.stateEpoch())
                                        .setLeaderEpoch(partition.leaderEpoch())
                                        .setStartOffset(partition.startOffset())
                                        .setDeliveryCompleteCount(partition.deliveryCompleteCount())
                                        .setStateBatches(partition.stateBatches().stream()
                                                .map(batch -> new WriteShareGroupStateRequestData.StateBatch()
                                                        .setFirstOffset(batch.firstOffset())
                                                        .setLastOffset(batch.lastOffset())
                                                        .setDeliveryState(batch.deliveryState())
                                                        .setDeliveryCount(batch.deliveryCount()))
                                                .toList())))))))
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode();
    }

    ReadShareGroupStateResponseData.PartitionResult read(String group, int partition, int leaderEpoch) {
        return run(shard.readStateAndMaybeUpdateLeaderEpoch(new ReadShareGroupStateRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new ReadShareGroupStateRequestData.ReadStateData()
                                .setTopicId(TOPIC)
                                .setPartitions(List.of(new ReadShareGroupStateRequestData.PartitionData()
                                        .setPartition(partition)
                                        .setLeaderEpoch(leaderEpoch)))))))
                .results()
                .getFirst()
                .partitions()
                .getFirst();
    }

    ReadShareGroupStateSummaryResponseData.PartitionResult summary(String group, int partition) {
        return run(shard.readStateSummary(new ReadShareGroupStateSummaryRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                                .setTopicId(TOPIC)
                                .setPartitions(List.of(new ReadShareGroupStateSummaryRequestData.PartitionData()
                                        .setPartition(partition)
                                        .setLeaderEpoch(-1)))))))
                .results()
                .getFirst()
                .partitions()
                .getFirst();
    }

    short delete(String group, int partition) {
        return run(shard.deleteState(new DeleteShareGroupStateRequestData()
                        .setGroupId(group)
                        .setTopics(List.of(new DeleteShareGroupStateRequestData.DeleteStateData()
                                .setTopicId(TOPIC)
                                .setPartitions(List.of(new DeleteShareGroupStateRequestData.PartitionData()
                                        .setPartition(partition)))))))
                .results()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode();
    }

    /** All that there is. */
    private static final class OneTopic implements CoordinatorMetadataImage {
        private final TopicMetadata topic = new Known();

        private record Known() implements TopicMetadata {
            @Override
            public String name() {
                return "t";
            }

            @Override
            public Uuid id() {
                return TOPIC;
            }

            @Override
            public int partitionCount() {
                return TestStates.PARTITIONS_OF_TOPIC;
            }

            @Override
            public List<String> partitionRacks(int partition) {
                return new ArrayList<>();
            }
        }

        @Override
        public Set<Uuid> topicIds() {
            return Set.of(TOPIC);
        }

        @Override
        public Set<String> topicNames() {
            return Set.of(topic.name());
        }

        @Override
        public Optional<TopicMetadata> topicMetadata(String name) {
            return name.equals(topic.name()) ? Optional.of(topic) : Optional.empty();
        }

        @Override
        public Optional<TopicMetadata> topicMetadata(Uuid id) {
            return id.equals(TOPIC) ? Optional.of(topic) : Optional.empty();
        }

        @Override
        public CoordinatorMetadataDelta emptyDelta() {
            throw new UnsupportedOperationException("topics do not change here");
        }

        @Override
        public long version() {
            return 1;
        }

        @Override
        public boolean isEmpty() {
            return false;
        }
    }
}

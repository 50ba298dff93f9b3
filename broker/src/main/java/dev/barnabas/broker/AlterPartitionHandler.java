package dev.barnabas.broker;

import dev.barnabas.metadata.AlterPartition;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Partition;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AlterPartitionResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AlterPartition 2-3 (KIP-497): leaders want other in-sync replicas for their partitions.
 *
 * <ul>
 *   <li>v2 (KIP-841): topics by id. v3 (KIP-903): in-sync replicas with the epochs of their brokers.
 * </ul>
 */
final class AlterPartitionHandler implements Handler<AlterPartitionRequest> {

    private static final int FIRST_WITH_EPOCHS = 3;
    private static final long UNKNOWN_EPOCH = -1;

    private final ClusterMetadata metadata;

    AlterPartitionHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(AlterPartitionRequest request, Call call) {
        List<AlterPartition.Wanted> wanted = new ArrayList<>();
        for (AlterPartitionRequest.TopicData topic : request.topics()) {
            for (AlterPartitionRequest.PartitionData partition : topic.partitions()) {
                wanted.add(new AlterPartition.Wanted(
                        topic.topicId(),
                        partition.partitionIndex(),
                        partition.leaderEpoch(),
                        partition.partitionEpoch(),
                        members(partition, call.version()),
                        partition.leaderRecoveryState() == 1));
            }
        }
        AlterPartition wish = new AlterPartition(request.brokerId(), request.brokerEpoch(), wanted);
        metadata.submit(wish, call.loop(), answer -> {
            switch (answer) {
                case Answer.Granted<List<AlterPartition.Result>>(List<AlterPartition.Result> results) ->
                    call.answer(response(results));
                case Answer.Refused<List<AlterPartition.Result>>(var refusal) ->
                    call.answer(AlterPartitionResponse.builder()
                            .errorCode(refusal.error().code())
                            .build());
            }
        });
    }

    private static List<AlterPartition.Member> members(AlterPartitionRequest.PartitionData partition, int version) {
        if (version >= FIRST_WITH_EPOCHS) {
            return partition.newIsrWithEpochs().stream()
                    .map(member -> new AlterPartition.Member(member.brokerId(), member.brokerEpoch()))
                    .toList();
        }
        return partition.newIsr().stream()
                .map(member -> new AlterPartition.Member(member, UNKNOWN_EPOCH))
                .toList();
    }

    private static AlterPartitionResponse response(List<AlterPartition.Result> results) {
        Map<Uuid, List<AlterPartitionResponse.PartitionData>> byTopic = new LinkedHashMap<>();
        for (AlterPartition.Result result : results) {
            byTopic.computeIfAbsent(result.topicId(), absent -> new ArrayList<>())
                    .add(partition(result));
        }
        List<AlterPartitionResponse.TopicData> topics = new ArrayList<>();
        byTopic.forEach((topicId, partitions) -> topics.add(new AlterPartitionResponse.TopicData(topicId, partitions)));
        return AlterPartitionResponse.builder().topics(topics).build();
    }

    private static AlterPartitionResponse.PartitionData partition(AlterPartition.Result result) {
        AlterPartitionResponse.PartitionData.Builder answer =
                AlterPartitionResponse.PartitionData.builder().partitionIndex(result.index());
        return switch (result) {
            case AlterPartition.Result.Granted(Uuid _, int _, Partition partition) ->
                answer.leaderId(partition.leader())
                        .leaderEpoch(partition.leaderEpoch())
                        .isr(partition.inSyncReplicas())
                        .leaderRecoveryState((byte) (partition.leaderRecovering() ? 1 : 0))
                        .partitionEpoch(partition.partitionEpoch())
                        .build();
            case AlterPartition.Result.Refused(Uuid _, int _, var error) ->
                answer.errorCode(error.code()).build();
        };
    }
}

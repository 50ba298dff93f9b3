package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.AssignReplicas;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.ReplicaAssignment;
import dev.barnabas.metadata.ReplicaDirectory;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest;
import dev.barnabas.protocol.message.AssignReplicasToDirsResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** AssignReplicasToDirs 0 (KIP-858): a broker has chosen the log directories of replicas. */
final class AssignReplicasToDirsHandler implements Handler<AssignReplicasToDirsRequest> {

    private final ClusterMetadata metadata;

    AssignReplicasToDirsHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    private record Replica(Uuid directory, Uuid topicId, int partition) {}

    @Override
    public void handle(AssignReplicasToDirsRequest request, Call call) {
        List<ReplicaAssignment> wanted = new ArrayList<>();
        for (AssignReplicasToDirsRequest.DirectoryData directory : request.directories()) {
            for (AssignReplicasToDirsRequest.TopicData topic : directory.topics()) {
                wanted.add(new ReplicaAssignment(
                        new ReplicaDirectory(directory.id(), ""),
                        topic.topicId(),
                        topic.partitions().stream()
                                .map(AssignReplicasToDirsRequest.PartitionData::partitionIndex)
                                .toList()));
            }
        }
        metadata.submit(new AssignReplicas(request.brokerId(), request.brokerEpoch(), wanted), call.loop(), answer -> {
            switch (answer) {
                case Answer.Granted<List<ReplicaAssignment>>(List<ReplicaAssignment> assigned) ->
                    call.answer(response(request, assigned));
                case Answer.Refused<List<ReplicaAssignment>>(var refusal) ->
                    call.answer(AssignReplicasToDirsResponse.builder()
                            .errorCode(refusal.error().code())
                            .build());
            }
        });
    }

    /** A replica that is not among those that are assigned is not one any more. */
    private static AssignReplicasToDirsResponse response(
            AssignReplicasToDirsRequest request, List<ReplicaAssignment> assigned) {
        Set<Replica> known = new HashSet<>();
        for (ReplicaAssignment assignment : assigned) {
            assignment
                    .partitions()
                    .forEach(partition ->
                            known.add(new Replica(assignment.directory().id(), assignment.topicId(), partition)));
        }
        return AssignReplicasToDirsResponse.builder()
                .directories(request.directories().stream()
                        .map(directory -> new AssignReplicasToDirsResponse.DirectoryData(
                                directory.id(),
                                directory.topics().stream()
                                        .map(topic -> new AssignReplicasToDirsResponse.TopicData(
                                                topic.topicId(),
                                                topic.partitions().stream()
                                                        .map(partition ->
                                                                new AssignReplicasToDirsResponse.PartitionData(
                                                                        partition.partitionIndex(),
                                                                        error(known.contains(new Replica(
                                                                                directory.id(),
                                                                                topic.topicId(),
                                                                                partition.partitionIndex())))))
                                                        .toList()))
                                        .toList()))
                        .toList())
                .build();
    }

    private static short error(boolean assigned) {
        return (assigned ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION).code();
    }
}

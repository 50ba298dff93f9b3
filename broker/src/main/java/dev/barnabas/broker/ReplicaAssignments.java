package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ReplicaAssignment;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest.DirectoryData;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest.PartitionData;
import dev.barnabas.protocol.message.AssignReplicasToDirsRequest.TopicData;
import dev.barnabas.protocol.message.AssignReplicasToDirsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells the cluster in which directories this broker keeps its replicas (KIP-858). From any loop. */
final class ReplicaAssignments {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ActiveController controller;
    private final int brokerId;
    private final long brokerEpoch;

    ReplicaAssignments(ActiveController controller, int brokerId, long brokerEpoch) {
        this.controller = controller;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
    }

    /** @param then gets nothing when it is stored, or why it could not be; on the asker's loop */
    void assign(List<ReplicaAssignment> assignments, Loop asker, Consumer<Optional<String>> then) {
        Map<Uuid, List<TopicData>> byDirectory = new LinkedHashMap<>();
        for (ReplicaAssignment assignment : assignments) {
            byDirectory
                    .computeIfAbsent(assignment.directory().id(), absent -> new ArrayList<>())
                    .add(new TopicData(
                            assignment.topicId(),
                            assignment.partitions().stream()
                                    .map(PartitionData::new)
                                    .toList()));
        }
        AssignReplicasToDirsRequest request = new AssignReplicasToDirsRequest(
                brokerId,
                brokerEpoch,
                byDirectory.entrySet().stream()
                        .map(directory -> new DirectoryData(directory.getKey(), directory.getValue()))
                        .toList());
        controller.ask(
                request,
                AssignReplicasToDirsResponse.class,
                response -> response.errorCode() == ErrorCode.NOT_CONTROLLER.code(),
                LIMIT,
                asker,
                new ControllerChannel.Reply<>() {
                    @Override
                    public void answered(AssignReplicasToDirsResponse response) {
                        ErrorCode error = ErrorCode.forCode(response.errorCode());
                        then.accept(error == ErrorCode.NONE ? Optional.empty() : Optional.of(error.message()));
                    }

                    @Override
                    public void unanswered(String why) {
                        then.accept(Optional.of(why));
                    }
                });
    }
}

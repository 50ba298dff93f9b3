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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the cluster in which directories this broker keeps its replicas (KIP-858). May be asked on any loop.
 *
 * <p>It tells until that is stored, or refused: without it a replica is not opened, or not counted in, and nothing but
 * another start of the node would bring it up again.
 */
final class ReplicaAssignments {

    private static final Logger log = LoggerFactory.getLogger(ReplicaAssignments.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final ControllerChannel controller;
    private final Loop loop;
    private final int brokerId;
    private final long brokerEpoch;
    private boolean stopped;

    /** @param loop to wait on between attempts */
    ReplicaAssignments(ControllerChannel controller, Loop loop, int brokerId, long brokerEpoch) {
        this.controller = controller;
        this.loop = loop;
        this.brokerId = brokerId;
        this.brokerEpoch = brokerEpoch;
    }

    /** Tells nothing any more; who waits is answered so. From any loop. */
    void stop() {
        loop.execute(() -> stopped = true);
    }

    /** @param then gets nothing when it is stored, or why it is refused; on the asker's loop */
    void assign(List<ReplicaAssignment> assignments, Loop asker, Consumer<Optional<String>> then) {
        AssignReplicasToDirsRequest request = request(assignments);
        loop.execute(() -> ask(request, new RetryDelay(LONGEST_PAUSE), why -> asker.execute(() -> then.accept(why))));
    }

    private AssignReplicasToDirsRequest request(List<ReplicaAssignment> assignments) {
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
        return new AssignReplicasToDirsRequest(
                brokerId,
                brokerEpoch,
                byDirectory.entrySet().stream()
                        .map(directory -> new DirectoryData(directory.getKey(), directory.getValue()))
                        .toList());
    }

    private void ask(AssignReplicasToDirsRequest request, RetryDelay pause, Consumer<Optional<String>> then) {
        if (stopped) {
            then.accept(Optional.of("the node stops"));
            return;
        }
        controller.ask(
                request,
                AssignReplicasToDirsResponse.class,
                response -> response.errorCode() == ErrorCode.NOT_CONTROLLER.code(),
                LIMIT,
                loop,
                new ControllerChannel.Reply<>() {
                    @Override
                    public void answered(AssignReplicasToDirsResponse response) {
                        ErrorCode error = ErrorCode.forCode(response.errorCode());
                        if (error == ErrorCode.NONE) {
                            then.accept(Optional.empty());
                        } else if (isPassing(error)) {
                            askAgain(request, pause, then, error.message());
                        } else {
                            then.accept(Optional.of(error.message()));
                        }
                    }

                    @Override
                    public void unanswered(String why) {
                        askAgain(request, pause, then, why);
                    }
                });
    }

    private void askAgain(
            AssignReplicasToDirsRequest request, RetryDelay pause, Consumer<Optional<String>> then, String why) {
        log.warn("It could not be stored yet in which directories replicas are; it is tried again why={}", why);
        loop.schedule(pause.next(), () -> ask(request, pause, then));
    }

    /** Errors that say nothing about what was asked for. It may have been stored nevertheless: again is harmless. */
    private static boolean isPassing(ErrorCode error) {
        return switch (error) {
            case NOT_CONTROLLER, REQUEST_TIMED_OUT, KAFKA_STORAGE_ERROR, UNKNOWN_SERVER_ERROR -> true;
            default -> false;
        };
    }
}

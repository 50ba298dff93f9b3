package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.AlterPartitionRequest;
import dev.barnabas.protocol.message.AlterPartitionResponse;
import dev.barnabas.replication.InSyncChanges;
import dev.barnabas.replication.PartitionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the controller for other in-sync sets (AlterPartition 3, KIP-497), for the partitions of one loop: what one turn
 * proposes goes into one request, and so does what is proposed while a request is under way. Owned by its loop.
 *
 * <p>When there is no answer, or none that says what became of a proposal, the partition is told so after a pause,
 * which grows as long as nothing works; it then proposes what it wants by now.
 */
final class InSyncRequests implements InSyncChanges {

    private static final Logger log = LoggerFactory.getLogger(InSyncRequests.class);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Loop loop;
    private final ControllerChannel controller;
    private final int nodeId;
    private final LongSupplier brokerEpoch;
    private final Eligibility eligibility;
    private final RetryDelay pause = new RetryDelay(LONGEST_PAUSE);
    private List<Asked> waiting = new ArrayList<>();
    private boolean armed;
    private boolean underWay;

    /** See {@link InSyncChanges#eligible}. */
    @FunctionalInterface
    interface Eligibility {
        boolean eligible(int replica, long brokerEpoch);
    }

    private record Asked(PartitionId partition, Proposal proposal, Consumer<Outcome> then) {}

    private record Place(Uuid topicId, int partition) {}

    /** @param brokerEpoch in which this node is registered now */
    InSyncRequests(
            Loop loop, ControllerChannel controller, int nodeId, LongSupplier brokerEpoch, Eligibility eligibility) {
        this.loop = loop;
        this.controller = controller;
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
        this.eligibility = eligibility;
    }

    @Override
    public void ask(PartitionId partition, Proposal proposal, Consumer<Outcome> then) {
        loop.requireCurrent();
        waiting.add(new Asked(partition, proposal, then));
        arm();
    }

    @Override
    public boolean eligible(int replica, long epoch) {
        return eligibility.eligible(replica, epoch);
    }

    private void arm() {
        if (!armed && !underWay && !waiting.isEmpty()) {
            armed = true;
            loop.atEndOfTurn(this::send);
        }
    }

    private void send() {
        armed = false;
        List<Asked> batch = waiting;
        waiting = new ArrayList<>();
        underWay = true;
        controller.ask(
                request(batch),
                AlterPartitionResponse.class,
                response -> response.errorCode() == ErrorCode.NOT_CONTROLLER.code(),
                LIMIT,
                loop,
                new ControllerChannel.Reply<>() {
                    @Override
                    public void answered(AlterPartitionResponse response) {
                        underWay = false;
                        InSyncRequests.this.answered(batch, response);
                        arm();
                    }

                    @Override
                    public void unanswered(String why) {
                        underWay = false;
                        nothingCame(batch, why);
                        arm();
                    }
                });
    }

    private AlterPartitionRequest request(List<Asked> batch) {
        Map<Uuid, List<AlterPartitionRequest.PartitionData>> byTopic = new LinkedHashMap<>();
        for (Asked asked : batch) {
            Proposal proposal = asked.proposal;
            byTopic.computeIfAbsent(asked.partition.topicId(), absent -> new ArrayList<>())
                    .add(AlterPartitionRequest.PartitionData.builder()
                            .partitionIndex(asked.partition.index())
                            .leaderEpoch(proposal.leaderEpoch())
                            .partitionEpoch(proposal.partitionEpoch())
                            .leaderRecoveryState((byte) (proposal.recovering() ? 1 : 0))
                            .newIsrWithEpochs(proposal.inSyncReplicas().stream()
                                    .map(this::state)
                                    .toList())
                            .build());
        }
        List<AlterPartitionRequest.TopicData> topics = new ArrayList<>();
        byTopic.forEach((topicId, partitions) -> topics.add(AlterPartitionRequest.TopicData.builder()
                .topicId(topicId)
                .partitions(partitions)
                .build()));
        return AlterPartitionRequest.builder()
                .brokerId(nodeId)
                .brokerEpoch(brokerEpoch.getAsLong())
                .topics(topics)
                .build();
    }

    private AlterPartitionRequest.BrokerState state(Member member) {
        boolean self = member.replica() == nodeId && member.brokerEpoch() < 0;
        return AlterPartitionRequest.BrokerState.builder()
                .brokerId(member.replica())
                .brokerEpoch(self ? brokerEpoch.getAsLong() : member.brokerEpoch())
                .build();
    }

    private void answered(List<Asked> batch, AlterPartitionResponse answer) {
        loop.requireCurrent();
        if (answer.errorCode() != 0) {
            nothingCame(batch, String.valueOf(ErrorCode.forCode(answer.errorCode())));
        } else {
            Map<Place, Outcome> outcomes = outcomes(answer);
            List<Asked> unknown = new ArrayList<>();
            for (Asked asked : batch) {
                Outcome outcome = outcomes.get(new Place(asked.partition.topicId(), asked.partition.index()));
                if (outcome == null || outcome instanceof Outcome.Unknown) {
                    unknown.add(asked);
                } else {
                    asked.then.accept(outcome);
                }
            }
            if (unknown.isEmpty()) {
                pause.reset();
            } else {
                nothingCame(unknown, "it was not tried");
            }
        }
    }

    private void nothingCame(List<Asked> batch, String why) {
        Duration delay = pause.next();
        log.info(
                "The controller did not say whether in-sync replicas change; they are proposed again partitions={}"
                        + " first={} why={}",
                batch.size(),
                batch.getFirst().partition,
                why);
        loop.schedule(delay, () -> batch.forEach(asked -> asked.then.accept(new Outcome.Unknown())));
    }

    private static Map<Place, Outcome> outcomes(AlterPartitionResponse response) {
        Map<Place, Outcome> outcomes = new HashMap<>();
        for (AlterPartitionResponse.TopicData topic : response.topics()) {
            for (AlterPartitionResponse.PartitionData partition : topic.partitions()) {
                outcomes.put(new Place(topic.topicId(), partition.partitionIndex()), outcome(partition));
            }
        }
        return outcomes;
    }

    private static Outcome outcome(AlterPartitionResponse.PartitionData partition) {
        ErrorCode error = ErrorCode.forCode(partition.errorCode());
        if (error == ErrorCode.NONE) {
            return new Outcome.Agreed(
                    partition.leaderEpoch(),
                    partition.partitionEpoch(),
                    partition.isr(),
                    partition.leaderRecoveryState() != 0);
        }
        return error == null || isPassing(error) ? new Outcome.Unknown() : new Outcome.Refused(error);
    }

    /** Errors that say nothing about the proposal itself. */
    private static boolean isPassing(ErrorCode error) {
        return switch (error) {
            case NOT_CONTROLLER, REQUEST_TIMED_OUT, OPERATION_NOT_ATTEMPTED, UNKNOWN_SERVER_ERROR -> true;
            default -> false;
        };
    }
}

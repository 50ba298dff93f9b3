package dev.barnabas.client;

import dev.barnabas.client.Question.Outcomes;
import dev.barnabas.client.Question.Route;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsResponse;
import dev.barnabas.protocol.message.DescribeTopicPartitionsRequest;
import dev.barnabas.protocol.message.DescribeTopicPartitionsRequest.Cursor;
import dev.barnabas.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import dev.barnabas.protocol.message.DescribeTopicPartitionsResponse;
import dev.barnabas.protocol.message.ElectLeadersRequest;
import dev.barnabas.protocol.message.ElectLeadersRequest.TopicPartitions;
import dev.barnabas.protocol.message.ElectLeadersResponse;
import dev.barnabas.protocol.message.ListPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.ListPartitionReassignmentsResponse;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Questions about where partitions are and who leads them, see {@link Admin}. */
final class ReplicaQuestions {

    /** From this version on other elections than the preferred ones can be asked for (KIP-460). */
    private static final int UNCLEAN_ELECTIONS = 1;

    /** From this version on a request can forbid another number of replicas (KIP-860). */
    private static final int SAME_FACTOR = 1;

    private ReplicaQuestions() {}

    /** One key only, whatever it is. */
    static Question<String, Map<TopicPartition, Result<Done>>, ElectLeadersResponse> elect(
            Replicas.Election election, @Nullable Collection<TopicPartition> partitions, int timeoutMs) {
        return Question.<String, Map<TopicPartition, Result<Done>>, ElectLeadersResponse>of(
                        "elect leaders of",
                        key -> new Route.Controller(),
                        keys -> Call.of(
                                        ElectLeadersRequest.builder()
                                                .electionType((byte) election.ordinal())
                                                .topicPartitions(
                                                        partitions == null
                                                                ? null
                                                                : ByTopic.map(
                                                                        partitions,
                                                                        (topic, some) -> new TopicPartitions(
                                                                                topic, OffsetQuestions.indexes(some))))
                                                .timeoutMs(timeoutMs)
                                                .build(),
                                        ElectLeadersResponse::read)
                                .from(election == Replicas.Election.UNCLEAN ? UNCLEAN_ELECTIONS : 0),
                        (answer, outcomes) -> {
                            ElectLeadersResponse response = answer.response();
                            outcomes.keys()
                                    .forEach(key ->
                                            outcomes.outcome(key, response.errorCode(), null, () -> elected(response)));
                        })
                .finalUnlessMisdirected();
    }

    private static Map<TopicPartition, Result<Done>> elected(ElectLeadersResponse response) {
        Map<TopicPartition, Result<Done>> results = new TreeMap<>();
        response.replicaElectionResults()
                .forEach(topic -> topic.partitionResult()
                        .forEach(partition -> results.put(
                                new TopicPartition(topic.topic(), partition.partitionId()),
                                result(partition.errorCode(), partition.errorMessage()))));
        return results;
    }

    private static Result<Done> result(short code, @Nullable String message) {
        ErrorCode error = ErrorCode.forCode(code);
        return error.isError()
                ? Result.failure(new ClientError.Refused(error, message == null ? error.message() : message))
                : Result.success(Done.DONE);
    }

    /** @param targets the replicas that partitions are to have; empty to leave it at those they have */
    static Question<TopicPartition, Done, AlterPartitionReassignmentsResponse> reassign(
            Map<TopicPartition, Optional<List<Integer>>> targets, boolean allowOtherFactor, int timeoutMs) {
        return Question.<TopicPartition, Done, AlterPartitionReassignmentsResponse>of(
                        "reassign",
                        partition -> new Route.Controller(),
                        partitions -> Call.of(
                                        AlterPartitionReassignmentsRequest.builder()
                                                .topics(ByTopic.map(
                                                        partitions,
                                                        (topic, some) -> new ReassignableTopic(
                                                                topic,
                                                                some.stream()
                                                                        .map(id -> reassignable(id, targets))
                                                                        .toList())))
                                                .allowReplicationFactorChange(allowOtherFactor)
                                                .timeoutMs(timeoutMs)
                                                .build(),
                                        AlterPartitionReassignmentsResponse::read)
                                .from(allowOtherFactor ? 0 : SAME_FACTOR),
                        ReplicaQuestions::readReassigned)
                .finalUnlessMisdirected();
    }

    private static ReassignablePartition reassignable(
            TopicPartition id, Map<TopicPartition, Optional<List<Integer>>> targets) {
        return new ReassignablePartition(
                id.partition(), targets.getOrDefault(id, Optional.empty()).orElse(null));
    }

    private static void readReassigned(
            Answer<AlterPartitionReassignmentsResponse> answer, Outcomes<TopicPartition, Done> outcomes) {
        AlterPartitionReassignmentsResponse response = answer.response();
        if (ErrorCode.forCode(response.errorCode()).isError()) {
            outcomes.allRefused(response.errorCode(), response.errorMessage());
            return;
        }
        response.responses()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> outcomes.outcome(
                                new TopicPartition(topic.name(), partition.partitionIndex()),
                                partition.errorCode(),
                                partition.errorMessage(),
                                () -> Done.DONE)));
    }

    /** One key only, whatever it is: all partitions that are being reassigned. */
    static Question<String, Map<TopicPartition, Replicas.Reassignment>, ListPartitionReassignmentsResponse>
            reassignments(int timeoutMs) {
        return Question.of(
                "list",
                key -> new Route.Controller(),
                keys -> Call.of(
                        ListPartitionReassignmentsRequest.builder()
                                .topics(null)
                                .timeoutMs(timeoutMs)
                                .build(),
                        ListPartitionReassignmentsResponse::read),
                (answer, outcomes) -> {
                    ListPartitionReassignmentsResponse response = answer.response();
                    outcomes.keys()
                            .forEach(key -> outcomes.outcome(
                                    key, response.errorCode(), response.errorMessage(), () -> ongoing(response)));
                });
    }

    private static Map<TopicPartition, Replicas.Reassignment> ongoing(ListPartitionReassignmentsResponse response) {
        Map<TopicPartition, Replicas.Reassignment> ongoing = new TreeMap<>();
        response.topics()
                .forEach(topic -> topic.partitions()
                        .forEach(partition -> ongoing.put(
                                new TopicPartition(topic.name(), partition.partitionIndex()),
                                new Replicas.Reassignment(
                                        partition.replicas(),
                                        partition.addingReplicas(),
                                        partition.removingReplicas()))));
        return ongoing;
    }

    /**
     * Some partitions of a topic, from one on.
     *
     * @param next the first partition that is not among them; empty if there is none
     */
    record Page(List<Replicas.State> states, OptionalInt next) {}

    /** The key is the first partition of the topic to tell of. */
    static Question<TopicPartition, Page, DescribeTopicPartitionsResponse> states() {
        return new Question<TopicPartition, Page, DescribeTopicPartitionsResponse>(
                        "describe the replicas of",
                        first -> new Route.Anyone(),
                        Integer.MAX_VALUE,
                        error -> error.retriable() && error != ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        firsts -> Call.of(
                                DescribeTopicPartitionsRequest.builder()
                                        .topics(List.of(new TopicRequest(
                                                firsts.getFirst().topic())))
                                        .cursor(new Cursor(
                                                firsts.getFirst().topic(),
                                                firsts.getFirst().partition()))
                                        .build(),
                                DescribeTopicPartitionsResponse::read),
                        ReplicaQuestions::readStates)
                .oneByOne();
    }

    private static void readStates(
            Answer<DescribeTopicPartitionsResponse> answer, Outcomes<TopicPartition, Page> outcomes) {
        DescribeTopicPartitionsResponse response = answer.response();
        TopicPartition key = outcomes.keys().getFirst();
        DescribeTopicPartitionsResponse.Cursor next = response.nextCursor();
        response.topics().stream()
                .filter(topic -> key.topic().equals(topic.name()))
                .findFirst()
                .ifPresent(topic -> outcomes.outcome(
                        key,
                        topic.errorCode(),
                        null,
                        () -> new Page(
                                topic.partitions().stream()
                                        .map(ReplicaQuestions::state)
                                        .toList(),
                                next == null || next.partitionIndex() <= key.partition()
                                        ? OptionalInt.empty()
                                        : OptionalInt.of(next.partitionIndex()))));
    }

    private static Replicas.State state(
            DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition partition) {
        List<Integer> eligible = partition.eligibleLeaderReplicas();
        List<Integer> lastKnown = partition.lastKnownElr();
        return new Replicas.State(
                partition.partitionIndex(),
                partition.leaderId(),
                partition.leaderEpoch(),
                partition.replicaNodes(),
                partition.isrNodes(),
                eligible == null ? List.of() : eligible,
                lastKnown == null ? List.of() : lastKnown,
                partition.offlineReplicas());
    }
}

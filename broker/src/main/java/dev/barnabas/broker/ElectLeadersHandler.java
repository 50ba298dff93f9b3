package dev.barnabas.broker;

import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.ElectLeaders;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.ElectLeadersRequest;
import dev.barnabas.protocol.message.ElectLeadersResponse;
import dev.barnabas.protocol.message.ElectLeadersResponse.PartitionResult;
import dev.barnabas.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * ElectLeaders 0-2 (KIP-183): other leaders for some partitions, or for all that need one.
 *
 * <ul>
 *   <li>v1 (KIP-460): unclean elections beside the preferred ones, and an error of the whole request. v0 has no place
 *       for that: each of the partitions has it.
 * </ul>
 */
final class ElectLeadersHandler implements Handler<ElectLeadersRequest> {

    private final ClusterMetadata metadata;

    ElectLeadersHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void handle(ElectLeadersRequest request, Call call) {
        Optional<ElectLeaders.Type> type = ElectLeaders.Type.forCode(request.electionType());
        if (type.isEmpty()) {
            call.answer(refusal(request, call, ErrorCode.INVALID_REQUEST));
            return;
        }
        Answers<ElectLeadersResponse> answers = new Answers<>(call.loop());
        Consumer<ElectLeadersResponse> then = answers.expect(refusal(request, call, ErrorCode.REQUEST_TIMED_OUT));
        metadata.submit(
                new ElectLeaders(type.get(), targets(request)),
                call.loop(),
                answer -> then.accept(
                        switch (answer) {
                            case Answer.Granted<List<ElectLeaders.Result>>(List<ElectLeaders.Result> results) ->
                                response(results);
                            case Answer.Refused<List<ElectLeaders.Result>>(Refusal refusal) ->
                                refusal(request, call, refusal.error());
                        }));
        answers.await(request.timeoutMs(), responses -> call.answer(responses.getFirst()));
    }

    private static @Nullable List<ElectLeaders.Target> targets(ElectLeadersRequest request) {
        List<ElectLeadersRequest.TopicPartitions> topics = request.topicPartitions();
        return topics == null
                ? null
                : topics.stream()
                        .flatMap(topic ->
                                topic.partitions().stream().map(index -> new ElectLeaders.Target(topic.topic(), index)))
                        .distinct()
                        .toList();
    }

    private static ElectLeadersResponse response(List<ElectLeaders.Result> results) {
        Map<String, List<PartitionResult>> byTopic = new TreeMap<>();
        for (ElectLeaders.Result result : results) {
            Refusal refusal = result.refusal();
            byTopic.computeIfAbsent(result.topic(), absent -> new ArrayList<>())
                    .add(
                            refusal == null
                                    ? new PartitionResult(result.index(), ErrorCode.NONE.code(), null)
                                    : new PartitionResult(
                                            result.index(), refusal.error().code(), refusal.message()));
        }
        return ElectLeadersResponse.builder()
                .replicaElectionResults(byTopic.entrySet().stream()
                        .map(topic -> new ReplicaElectionResult(topic.getKey(), topic.getValue()))
                        .toList())
                .build();
    }

    private static ElectLeadersResponse refusal(ElectLeadersRequest request, Call call, ErrorCode error) {
        List<ElectLeadersRequest.TopicPartitions> topics = request.topicPartitions();
        return ElectLeadersResponse.builder()
                .errorCode(call.version() == 0 ? ErrorCode.NONE.code() : error.code())
                .replicaElectionResults(
                        topics == null
                                ? List.of()
                                : topics.stream()
                                        .map(topic -> new ReplicaElectionResult(
                                                topic.topic(),
                                                topic.partitions().stream()
                                                        .map(index -> new PartitionResult(
                                                                index, error.code(), error.message()))
                                                        .toList()))
                                        .toList())
                .build();
    }
}

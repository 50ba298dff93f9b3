package dev.barnabas.broker;

import dev.barnabas.metadata.AlterReassignments;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsRequest;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsResponse;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsResponse.ReassignablePartitionResponse;
import dev.barnabas.protocol.message.AlterPartitionReassignmentsResponse.ReassignableTopicResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * AlterPartitionReassignments 0-1 (KIP-455): other replicas for partitions, or the end of such a change. Answered when
 * it is agreed on; ListPartitionReassignments tells when the replicas are there.
 *
 * <ul>
 *   <li>v1 (KIP-860): a request may forbid to change the number of replicas.
 * </ul>
 */
final class AlterPartitionReassignmentsHandler implements Handler<AlterPartitionReassignmentsRequest> {

    private final ClusterMetadata metadata;

    AlterPartitionReassignmentsHandler(ClusterMetadata metadata) {
        this.metadata = metadata;
    }

    private record Id(String topic, int index) {}

    @Override
    public void handle(AlterPartitionReassignmentsRequest request, Call call) {
        List<AlterReassignments.Wanted> all = request.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new AlterReassignments.Wanted(
                                topic.name(), partition.partitionIndex(), partition.replicas())))
                .toList();
        Set<Id> repeated = Repeated.in(
                all.stream().map(each -> new Id(each.topic(), each.index())).toList());
        Map<String, List<ReassignablePartitionResponse>> results = new LinkedHashMap<>();
        for (Id id : repeated) {
            put(results, id.topic, id.index, ErrorCode.INVALID_REQUEST, "The partition is named more than once.");
        }
        AlterReassignments wish = new AlterReassignments(
                all.stream()
                        .filter(each -> !repeated.contains(new Id(each.topic(), each.index())))
                        .toList(),
                request.allowReplicationFactorChange());
        Answers<AlterPartitionReassignmentsResponse> answers = new Answers<>(call.loop());
        Consumer<AlterPartitionReassignmentsResponse> then =
                answers.expect(refusal(request, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT.message()));
        metadata.submit(
                wish,
                call.loop(),
                answer -> then.accept(
                        switch (answer) {
                            case Answer.Granted<List<AlterReassignments.Result>>(
                                    List<AlterReassignments.Result> granted) -> response(request, results, granted);
                            case Answer.Refused<List<AlterReassignments.Result>>(Refusal refusal) ->
                                refusal(request, refusal.error(), refusal.message());
                        }));
        answers.await(request.timeoutMs(), responses -> call.answer(responses.getFirst()));
    }

    private static void put(
            Map<String, List<ReassignablePartitionResponse>> results,
            String topic,
            int index,
            ErrorCode error,
            String message) {
        results.computeIfAbsent(topic, absent -> new ArrayList<>())
                .add(new ReassignablePartitionResponse(index, error.code(), error == ErrorCode.NONE ? null : message));
    }

    private static AlterPartitionReassignmentsResponse response(
            AlterPartitionReassignmentsRequest request,
            Map<String, List<ReassignablePartitionResponse>> results,
            List<AlterReassignments.Result> granted) {
        for (AlterReassignments.Result result : granted) {
            Refusal refusal = result.refusal();
            put(
                    results,
                    result.topic(),
                    result.index(),
                    refusal == null ? ErrorCode.NONE : refusal.error(),
                    refusal == null ? "" : refusal.message());
        }
        return AlterPartitionReassignmentsResponse.builder()
                .allowReplicationFactorChange(request.allowReplicationFactorChange())
                .errorMessage(null)
                .responses(results.entrySet().stream()
                        .map(topic -> new ReassignableTopicResponse(topic.getKey(), topic.getValue()))
                        .toList())
                .build();
    }

    private static AlterPartitionReassignmentsResponse refusal(
            AlterPartitionReassignmentsRequest request, ErrorCode error, String message) {
        return AlterPartitionReassignmentsResponse.builder()
                .allowReplicationFactorChange(request.allowReplicationFactorChange())
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}

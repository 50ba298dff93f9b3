package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.AddPartitions;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.message.CreatePartitionsRequest;
import dev.barnabas.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import dev.barnabas.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import dev.barnabas.protocol.message.CreatePartitionsResponse;
import dev.barnabas.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** CreatePartitions 0-3 (KIP-195): further partitions for topics. Answered when they can be written to. */
final class CreatePartitionsHandler implements Handler<CreatePartitionsRequest> {

    private final ClusterMetadata metadata;
    private final TopicCreation topics;

    CreatePartitionsHandler(ClusterMetadata metadata, TopicCreation topics) {
        this.metadata = metadata;
        this.topics = topics;
    }

    @Override
    public void handle(CreatePartitionsRequest request, Call call) {
        Answers<CreatePartitionsTopicResult> answers = new Answers<>(call.loop());
        Set<String> repeated = Repeated.in(
                request.topics().stream().map(CreatePartitionsTopic::name).toList());
        repeated.forEach(name -> answers.known(result(name, ErrorCode.INVALID_REQUEST, "Duplicate topic name.")));
        for (CreatePartitionsTopic topic : request.topics()) {
            if (!repeated.contains(topic.name())) {
                Consumer<CreatePartitionsTopicResult> then = answers.expect(
                        result(topic.name(), ErrorCode.REQUEST_TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT.message()));
                add(topic, request.validateOnly(), call.loop(), then);
            }
        }
        answers.await(
                request.timeoutMs(),
                results -> call.answer(
                        CreatePartitionsResponse.builder().results(results).build()));
    }

    private void add(
            CreatePartitionsTopic topic, boolean validateOnly, Loop loop, Consumer<CreatePartitionsTopicResult> then) {
        List<CreatePartitionsAssignment> assigned = topic.assignments();
        AddPartitions wish = new AddPartitions(
                topic.name(),
                topic.count(),
                assigned == null
                        ? null
                        : assigned.stream()
                                .map(CreatePartitionsAssignment::brokerIds)
                                .toList(),
                validateOnly);
        metadata.submit(wish, loop, answer -> {
            switch (answer) {
                case Answer.Refused<Topic>(Refusal refusal) ->
                    then.accept(result(topic.name(), refusal.error(), refusal.message()));
                case Answer.Granted<Topic>(Topic grown) ->
                    topics.whenSettled(grown.id(), loop, () -> then.accept(result(topic.name(), ErrorCode.NONE, null)));
            }
        });
    }

    private static CreatePartitionsTopicResult result(String name, ErrorCode error, @Nullable String message) {
        return CreatePartitionsTopicResult.builder()
                .name(name)
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}

package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.DeleteTopic;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.DeleteTopicsRequest;
import dev.barnabas.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import dev.barnabas.protocol.message.DeleteTopicsResponse;
import dev.barnabas.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * DeleteTopics 1-6: the end of topics, each for itself. A topic is answered when none of its partitions is served any
 * more; their files go a little later.
 *
 * <ul>
 *   <li>v3: the error TOPIC_DELETION_DISABLED; before, it is told as INVALID_REQUEST.
 *   <li>v5: error messages. v6 (KIP-516): topics by id.
 * </ul>
 */
final class DeleteTopicsHandler implements Handler<DeleteTopicsRequest> {

    private final Node node;
    private final ClusterMetadata metadata;
    private final TopicCreation topics;

    DeleteTopicsHandler(Node node, ClusterMetadata metadata, TopicCreation topics) {
        this.node = node;
        this.metadata = metadata;
        this.topics = topics;
    }

    @Override
    public void handle(DeleteTopicsRequest request, Call call) {
        List<DeleteTopicState> wanted = call.version() >= 6
                ? request.topics()
                : request.topicNames().stream()
                        .map(name -> DeleteTopicState.builder().name(name).build())
                        .toList();
        Answers<DeletableTopicResult> answers = new Answers<>(call.loop());
        Set<DeleteTopicState> repeated = Repeated.in(wanted);
        Set<Uuid> namedTwice = namedTwice(wanted);
        repeated.forEach(topic -> answers.known(refused(
                topic,
                ErrorCode.INVALID_REQUEST,
                topic.name() == null ? "Duplicate topic id." : "Duplicate topic name.")));
        for (DeleteTopicState topic : wanted) {
            if (repeated.contains(topic)) {
                continue;
            }
            if (namedTwice.contains(idOf(topic, node.image()))) {
                answers.known(refused(
                        topic,
                        ErrorCode.INVALID_REQUEST,
                        "The provided topic name maps to an ID that was already supplied."));
                continue;
            }
            Consumer<DeletableTopicResult> then =
                    answers.expect(refused(topic, ErrorCode.REQUEST_TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT.message()));
            delete(topic, call.version(), call.loop(), then);
        }
        answers.await(
                request.timeoutMs(),
                results -> call.answer(
                        DeleteTopicsResponse.builder().responses(results).build()));
    }

    private void delete(DeleteTopicState topic, int version, Loop loop, Consumer<DeletableTopicResult> then) {
        metadata.submit(new DeleteTopic(topic.name(), topic.topicId()), loop, answer -> {
            switch (answer) {
                case Answer.Refused<Topic>(Refusal refusal) -> {
                    boolean unknownError = refusal.error() == ErrorCode.TOPIC_DELETION_DISABLED && version < 3;
                    ErrorCode error = unknownError ? ErrorCode.INVALID_REQUEST : refusal.error();
                    then.accept(refused(topic, error, refusal.message()));
                }
                case Answer.Granted<Topic>(Topic deleted) ->
                    topics.whenSettled(
                            deleted.id(),
                            loop,
                            () -> then.accept(DeletableTopicResult.builder()
                                    .name(deleted.name())
                                    .topicId(deleted.id())
                                    .build()));
            }
        });
    }

    /** Those that are given by their name and by their id in one request. */
    private Set<Uuid> namedTwice(List<DeleteTopicState> wanted) {
        ClusterImage image = node.image();
        Set<Uuid> ids = new HashSet<>();
        Set<Uuid> twice = new HashSet<>();
        wanted.stream()
                .distinct()
                .map(topic -> idOf(topic, image))
                .filter(id -> !id.equals(Uuid.ZERO) && !ids.add(id))
                .forEach(twice::add);
        return twice;
    }

    private static Uuid idOf(DeleteTopicState topic, ClusterImage image) {
        String name = topic.name();
        if (name == null || !topic.topicId().equals(Uuid.ZERO)) {
            return name == null ? topic.topicId() : Uuid.ZERO;
        }
        return image.topic(name).map(Topic::id).orElse(Uuid.ZERO);
    }

    private static DeletableTopicResult refused(DeleteTopicState topic, ErrorCode error, String message) {
        return DeletableTopicResult.builder()
                .name(topic.name())
                .topicId(topic.topicId())
                .errorCode(error.code())
                .errorMessage(message)
                .build();
    }
}

package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.CreateTopic;
import dev.barnabas.metadata.Refusal;
import dev.barnabas.metadata.Topic;
import dev.barnabas.metadata.TopicNames;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.CoordinatorSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Creates topics and waits until their partitions are open, so that whoever asked can use them at once. May be used on
 * any loop.
 */
final class TopicCreation {

    private final Node node;
    private final ClusterMetadata metadata;
    private final List<Reconciler> reconcilers;

    TopicCreation(Node node, ClusterMetadata metadata, List<Reconciler> reconcilers) {
        this.node = node;
        this.metadata = metadata;
        this.reconcilers = reconcilers;
    }

    /** {@code auto.create.topics.enable}. */
    boolean isAutomatic() {
        return node.settings().get(BrokerSettings.AUTO_CREATE_TOPICS_ENABLE);
    }

    static boolean isValidName(String name) {
        return TopicNames.problem(name).isEmpty();
    }

    /** @param then gets the answer on the loop, after the partitions of a created topic have been opened */
    void create(CreateTopic wish, Loop loop, Consumer<Answer<CreateTopic.Created>> then) {
        metadata.submit(wish, loop, answer -> {
            switch (answer) {
                case Answer.Refused<CreateTopic.Created> _ -> then.accept(answer);
                case Answer.Granted<CreateTopic.Created>(CreateTopic.Created created) ->
                    whenSettled(created.topic().id(), loop, () -> then.accept(answer));
            }
        });
    }

    /** Creates topics with the defaults because somebody asked for them; {@code then} gets an error code for each. */
    void createMissing(List<String> names, Loop loop, Consumer<Map<String, ErrorCode>> then) {
        Map<String, ErrorCode> errors = new HashMap<>();
        for (String name : names) {
            CreateTopic wish = Topic.isInternal(name) ? internal(name) : CreateTopic.withDefaults(name);
            create(wish, loop, answer -> {
                errors.put(name, error(answer));
                if (errors.size() == names.size()) {
                    then.accept(errors);
                }
            });
        }
    }

    /** Creates a topic of the broker's own. That another request was first is no error. */
    void createInternal(String name, Loop loop, Consumer<ErrorCode> then) {
        create(internal(name), loop, answer -> {
            ErrorCode error = error(answer);
            if (error == ErrorCode.TOPIC_ALREADY_EXISTS) {
                // Perhaps it is still being opened.
                node.image()
                        .topic(name)
                        .map(Topic::id)
                        .ifPresentOrElse(
                                id -> whenSettled(id, loop, () -> then.accept(ErrorCode.NONE)),
                                () -> then.accept(ErrorCode.NONE));
            } else {
                then.accept(error);
            }
        });
    }

    /**
     * Calls back on the loop when all loops have acted on what was agreed on about a topic before: its partitions are
     * open, or gone.
     */
    void whenSettled(Uuid topicId, Loop loop, Runnable then) {
        List<LoopShare> owners = new ArrayList<>(node.shares());
        int[] left = {owners.size()};
        for (LoopShare owner : owners) {
            Runnable settled = () -> node.run(loop, () -> {
                if (--left[0] == 0) {
                    then.run();
                }
            });
            // Always as a message: the loop has been told of the image before, but that message may still be on its
            // way.
            owner.loop().execute(() -> reconcilers.get(owner.index()).whenSettled(topicId, settled));
        }
    }

    private CreateTopic internal(String name) {
        if (!name.equals(Topic.CONSUMER_OFFSETS)) {
            return CreateTopic.withDefaults(name);
        }
        return new CreateTopic(
                name,
                node.settings().get(CoordinatorSettings.OFFSETS_TOPIC_NUM_PARTITIONS),
                1,
                List.of(),
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "compression.type",
                        "producer",
                        "segment.bytes",
                        Integer.toString(node.settings().get(CoordinatorSettings.OFFSETS_TOPIC_SEGMENT_BYTES))),
                false);
    }

    private static ErrorCode error(Answer<CreateTopic.Created> answer) {
        return switch (answer) {
            case Answer.Granted<CreateTopic.Created> _ -> ErrorCode.NONE;
            case Answer.Refused<CreateTopic.Created>(Refusal refusal) -> refusal.error();
        };
    }
}

package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.metadata.Answer;
import dev.barnabas.metadata.ClusterMetadata;
import dev.barnabas.metadata.CreateTopic;
import dev.barnabas.metadata.Topic;
import dev.barnabas.metadata.TopicNames;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.CreateTopicsRequest;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import dev.barnabas.protocol.message.CreateTopicsResponse;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.ControllerQuorum;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.Setting;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.TopicSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Creates topics and waits until their partitions are open, so that whoever asked can use them at once. May be used on
 * any loop.
 */
final class TopicCreation {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN_AFTER = Duration.ofMillis(2);

    private final Node node;
    private final ClusterMetadata metadata;
    private final ActiveController controller;
    private final List<Reconciler> reconcilers;

    TopicCreation(Node node, ClusterMetadata metadata, ActiveController controller, List<Reconciler> reconcilers) {
        this.node = node;
        this.metadata = metadata;
        this.controller = controller;
        this.reconcilers = reconcilers;
    }

    /** {@code auto.create.topics.enable}. */
    boolean isAutomatic() {
        return node.settings().get(BrokerSettings.AUTO_CREATE_TOPICS_ENABLE);
    }

    static boolean isValidName(String name) {
        return TopicNames.problem(name).isEmpty();
    }

    /**
     * Creates a topic here, where the controller is.
     *
     * @param then gets the answer on the loop, after the partitions of a created topic that are on this node have been
     *     opened
     */
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
            createAtController(name, loop, error -> {
                errors.put(name, error);
                if (errors.size() == names.size()) {
                    then.accept(errors);
                }
            });
        }
    }

    /** Creates a topic of the broker's own. That another request was first is no error. */
    void createInternal(String name, Loop loop, Consumer<ErrorCode> then) {
        createAtController(
                name, loop, error -> then.accept(error == ErrorCode.TOPIC_ALREADY_EXISTS ? ErrorCode.NONE : error));
    }

    /**
     * Has the controller create topics that an application wants.
     *
     * @param then gets on the loop why topics could not be created, by name; that one exists already is no error
     */
    void createAsked(List<CreatableTopic> topics, Loop loop, Consumer<Map<String, String>> then) {
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(topics)
                .timeoutMs((int) LIMIT.toMillis())
                .build();
        controller.ask(
                request,
                CreateTopicsResponse.class,
                response -> error(response) == ErrorCode.NOT_CONTROLLER,
                LIMIT,
                loop,
                new ControllerChannel.Reply<>() {
                    @Override
                    public void answered(CreateTopicsResponse response) {
                        Map<String, String> errors = new HashMap<>();
                        response.topics().forEach(topic -> {
                            ErrorCode error = ErrorCode.forCode(topic.errorCode());
                            String message = topic.errorMessage();
                            if (error != ErrorCode.NONE && error != ErrorCode.TOPIC_ALREADY_EXISTS) {
                                errors.put(topic.name(), message == null ? error.message() : message);
                            }
                        });
                        then.accept(errors);
                    }

                    @Override
                    public void unanswered(String why) {
                        Map<String, String> errors = new HashMap<>();
                        topics.forEach(topic -> errors.put(topic.name(), why));
                        then.accept(errors);
                    }
                });
    }

    /** Creates a topic for the dead letters of a share group (KIP-1191). That it is there already is no error. */
    void createForDeadLetters(String name, Loop loop, Consumer<ErrorCode> then) {
        CreatableTopic wish = withDefaults(name).toBuilder()
                .configs(List.of(
                        config(TopicSettings.ERRORS_DEADLETTERQUEUE_GROUP_ENABLE.name(), "true"),
                        config(TopicSettings.MESSAGE_TIMESTAMP_TYPE.name(), "CreateTime")))
                .build();
        createAtController(
                wish, loop, error -> then.accept(error == ErrorCode.TOPIC_ALREADY_EXISTS ? ErrorCode.NONE : error));
    }

    private void createAtController(String name, Loop loop, Consumer<ErrorCode> then) {
        createAtController(Topic.isInternal(name) ? internal(name) : withDefaults(name), loop, then);
    }

    /** Has the controller create a topic, and waits until this node knows it and has opened what it has of it. */
    private void createAtController(CreatableTopic wish, Loop loop, Consumer<ErrorCode> then) {
        String name = wish.name();
        CreateTopicsRequest request = CreateTopicsRequest.builder()
                .topics(List.of(wish))
                .timeoutMs((int) LIMIT.toMillis())
                .build();
        controller.ask(
                request,
                CreateTopicsResponse.class,
                response -> error(response) == ErrorCode.NOT_CONTROLLER,
                LIMIT,
                loop,
                new ControllerChannel.Reply<>() {
                    @Override
                    public void answered(CreateTopicsResponse response) {
                        ErrorCode error = error(response);
                        if (error == ErrorCode.NONE || error == ErrorCode.TOPIC_ALREADY_EXISTS) {
                            long deadline = loop.clock().nanos() + LIMIT.toNanos();
                            whenKnown(name, loop, deadline, () -> then.accept(error));
                        } else {
                            then.accept(error);
                        }
                    }

                    @Override
                    public void unanswered(String why) {
                        then.accept(ErrorCode.REQUEST_TIMED_OUT);
                    }
                });
    }

    private static ErrorCode error(CreateTopicsResponse response) {
        return response.topics().isEmpty()
                ? ErrorCode.UNKNOWN_SERVER_ERROR
                : ErrorCode.forCode(response.topics().getFirst().errorCode());
    }

    /** What the controller has created comes to other nodes a moment later. */
    private void whenKnown(String name, Loop loop, long deadlineNanos, Runnable then) {
        Optional<Topic> known = node.image().topic(name);
        if (known.isPresent()) {
            whenSettled(known.get().id(), loop, then);
        } else if (deadlineNanos - loop.clock().nanos() <= 0) {
            then.run();
        } else {
            loop.schedule(LOOK_AGAIN_AFTER, () -> whenKnown(name, loop, deadlineNanos, then));
        }
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

    private static CreatableTopic withDefaults(String name) {
        return CreatableTopic.builder()
                .name(name)
                .numPartitions(-1)
                .replicationFactor((short) -1)
                .build();
    }

    private CreatableTopic internal(String name) {
        return switch (name) {
            case Topic.CONSUMER_OFFSETS -> offsets();
            case Topic.TRANSACTION_STATE -> transactions();
            case Topic.SHARE_GROUP_STATE -> shareStates();
            default -> withDefaults(name);
        };
    }

    private CreatableTopic offsets() {
        Settings settings = node.settings();
        return CreatableTopic.builder()
                .name(Topic.CONSUMER_OFFSETS)
                .numPartitions(settings.get(CoordinatorSettings.OFFSETS_TOPIC_NUM_PARTITIONS))
                .replicationFactor(replicas(CoordinatorSettings.OFFSETS_TOPIC_REPLICATION_FACTOR))
                .configs(List.of(
                        config("cleanup.policy", "compact"),
                        config("compression.type", "producer"),
                        config("segment.bytes", settings.get(CoordinatorSettings.OFFSETS_TOPIC_SEGMENT_BYTES))))
                .build();
    }

    private CreatableTopic transactions() {
        Settings settings = node.settings();
        return CreatableTopic.builder()
                .name(Topic.TRANSACTION_STATE)
                .numPartitions(settings.get(CoordinatorSettings.TRANSACTION_STATE_LOG_NUM_PARTITIONS))
                .replicationFactor(replicas(CoordinatorSettings.TRANSACTION_STATE_LOG_REPLICATION_FACTOR))
                .configs(List.of(
                        config("cleanup.policy", "compact"),
                        config("compression.type", "uncompressed"),
                        config("min.insync.replicas", settings.get(CoordinatorSettings.TRANSACTION_STATE_LOG_MIN_ISR)),
                        config("segment.bytes", settings.get(CoordinatorSettings.TRANSACTION_STATE_LOG_SEGMENT_BYTES)),
                        // An outcome that was decided must not be lost.
                        config("unclean.leader.election.enable", "false")))
                .build();
    }

    private CreatableTopic shareStates() {
        Settings settings = node.settings();
        short replicas = replicas(CoordinatorSettings.SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR);
        int minIsr = settings.get(CoordinatorSettings.SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR);
        return CreatableTopic.builder()
                .name(Topic.SHARE_GROUP_STATE)
                .numPartitions(settings.get(CoordinatorSettings.SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS))
                .replicationFactor(replicas)
                .configs(List.of(
                        // An update does not replace the one before; the coordinator gives up what is superseded.
                        config("cleanup.policy", "delete"),
                        config("retention.ms", "-1"),
                        config("retention.bytes", "-1"),
                        config("compression.type", "producer"),
                        config("min.insync.replicas", Math.min(minIsr, replicas)),
                        config(
                                "segment.bytes",
                                settings.get(CoordinatorSettings.SHARE_COORDINATOR_STATE_TOPIC_SEGMENT_BYTES))))
                .build();
    }

    private short replicas(Setting<Integer> wanted) {
        Settings settings = node.settings();
        return (short) Math.min(settings.get(wanted), clusterSize(settings));
    }

    /** How many brokers the cluster has, or is going to have when those that begin it are there. */
    private int clusterSize(Settings settings) {
        int voters = ControllerQuorum.of(settings)
                .map(quorum -> quorum.voters().size())
                .orElse(1);
        return Math.max(voters, node.image().brokers().size());
    }

    private static CreatableTopicConfig config(String name, Object value) {
        return CreatableTopicConfig.builder().name(name).value(value.toString()).build();
    }
}

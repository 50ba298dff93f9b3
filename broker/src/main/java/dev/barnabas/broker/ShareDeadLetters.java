package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.log.Appended;
import dev.barnabas.log.LogAnswer;
import dev.barnabas.log.LogRefusal;
import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.Topic;
import dev.barnabas.peer.Answer;
import dev.barnabas.peer.Call;
import dev.barnabas.peer.PeerFault;
import dev.barnabas.peer.Reply;
import dev.barnabas.protocol.ApiKey;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.MemoryRecords;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ProduceRequest;
import dev.barnabas.protocol.message.ProduceResponse;
import dev.barnabas.replication.Acks;
import dev.barnabas.replication.Partition;
import dev.barnabas.settings.CoordinatorSettings;
import dev.barnabas.settings.TopicSettings;
import dev.barnabas.share.DeadLetters;
import dev.barnabas.share.ShareKey;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the dead letters of share groups (KIP-1191) to the partition of the group's topic that the number of the
 * source partition leads to, wherever that is led. It tries five times, as Kafka does; what cannot be written then is
 * given up without a letter, and the log says so. Owned by its loop.
 */
final class ShareDeadLetters implements DeadLetters {

    private static final Logger log = LoggerFactory.getLogger(ShareDeadLetters.class);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int COPY_BYTES = 1 << 20;
    private static final int ATTEMPTS = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int TOPIC_IDS_SINCE = 13;

    private final Node node;
    private final LoopShare share;
    private final Loop loop;
    private final BrokerConnections connections;
    private @Nullable TopicCreation creation;
    private boolean stopped;

    /** @param connections that are used for this only */
    ShareDeadLetters(Node node, LoopShare share, BrokerConnections connections) {
        this.node = node;
        this.share = share;
        this.loop = share.loop();
        this.connections = connections;
    }

    void use(TopicCreation topics) {
        creation = topics;
    }

    void stop() {
        loop.requireCurrent();
        stopped = true;
        connections.close();
    }

    @Override
    public void write(ShareKey key, long firstOffset, long lastOffset, short count, Cause cause, Runnable then) {
        loop.requireCurrent();
        new Letters(key, lastOffset, count, cause, then).write(firstOffset);
    }

    /** Those of one range. */
    private final class Letters {
        private final ShareKey key;
        private final long lastOffset;
        private final short deliveryCount;
        private final Cause cause;
        private final Runnable then;
        private final SharePartitionSettings settings;
        private int attempt = 1;

        Letters(ShareKey key, long lastOffset, short deliveryCount, Cause cause, Runnable then) {
            this.key = key;
            this.lastOffset = lastOffset;
            this.deliveryCount = deliveryCount;
            this.cause = cause;
            this.then = then;
            this.settings = new SharePartitionSettings(node, key.groupId());
        }

        void write(long from) {
            if (stopped) {
                return;
            }
            String name = settings.deadLetterTopic();
            Optional<String> problem = problem(name);
            if (problem.isPresent()) {
                giveUp(from, problem.get());
                return;
            }
            Optional<Topic> topic = node.image().topic(name);
            TopicCreation topics = creation;
            if (topic.isPresent()) {
                read(from, topic.get());
            } else if (topics == null) {
                tryAgain(from, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
            } else {
                topics.createForDeadLetters(name, loop, error -> {
                    if (error == ErrorCode.NONE && node.image().topic(name).isPresent()) {
                        write(from);
                    } else {
                        tryAgain(from, error);
                    }
                });
            }
        }

        /** As Kafka checks it, since otherwise records could be made to appear in any topic. */
        private Optional<String> problem(String name) {
            ClusterImage image = node.image();
            String prefix = node.settings().get(CoordinatorSettings.ERRORS_DEADLETTERQUEUE_TOPIC_NAME_PREFIX);
            if (name.isEmpty()) {
                return Optional.of("the group names no topic for them any more");
            }
            if (name.startsWith("__") || !name.startsWith(prefix)) {
                return Optional.of("the name of the topic must begin with '" + prefix + "', and not with '__'");
            }
            boolean exists = image.topic(name).isPresent();
            if (exists && !node.topicSettings(image, name).get(TopicSettings.ERRORS_DEADLETTERQUEUE_GROUP_ENABLE)) {
                return Optional.of("the topic does not allow it (errors.deadletterqueue.group.enable)");
            }
            if (!exists && !node.settings().get(CoordinatorSettings.ERRORS_DEADLETTERQUEUE_AUTO_CREATE_TOPICS_ENABLE)) {
                return Optional.of("there is no such topic, and none is created"
                        + " (errors.deadletterqueue.auto.create.topics.enable)");
            }
            return Optional.empty();
        }

        private void read(long from, Topic topic) {
            Partition source = share.partitions().find(key.topicId(), key.partition());
            if (source == null || !settings.copiesDeadLetters()) {
                send(from, topic, NOTHING);
                return;
            }
            source.log().load(from, COPY_BYTES, source.highWatermark(), new LogAnswer<>() {
                @Override
                public void done(ByteBuffer batches) {
                    send(from, topic, batches);
                }

                @Override
                public void refused(LogRefusal refusal) {
                    send(from, topic, NOTHING);
                }
            });
        }

        private void send(long from, Topic topic, ByteBuffer source) {
            if (stopped) {
                return;
            }
            ClusterImage image = node.image();
            String name = image.topic(key.topicId())
                    .map(Topic::name)
                    .orElse(key.topicId().toString());
            DeadLetterBatch batch = DeadLetterBatch.of(
                    new DeadLetterBatch.Subject(name, key.partition(), key.groupId(), deliveryCount, cause),
                    from,
                    lastOffset,
                    source,
                    node.topicSettings(image, topic.name()).get(TopicSettings.MAX_MESSAGE_BYTES),
                    loop.clock().wallMs());
            int index = key.partition() % topic.partitions().size();
            produce(topic, index, batch.bytes(), error -> {
                if (error != ErrorCode.NONE) {
                    tryAgain(from, error);
                } else if (batch.lastOffset() < lastOffset) {
                    attempt = 1;
                    write(batch.lastOffset() + 1);
                } else if (!stopped) {
                    then.run();
                }
            });
        }

        private void tryAgain(long from, ErrorCode error) {
            if (attempt == ATTEMPTS) {
                giveUp(from, error.message());
            } else if (!stopped) {
                loop.schedule(FIRST_PAUSE.multipliedBy(1L << (attempt++ - 1)), () -> write(from));
            }
        }

        private void giveUp(long from, String why) {
            if (stopped) {
                return;
            }
            log.warn(
                    "Records are given up without a dead letter group={} topicId={} partition={} offsets={}-{} why={}",
                    key.groupId(),
                    key.topicId(),
                    key.partition(),
                    from,
                    lastOffset,
                    why);
            then.run();
        }
    }

    private void produce(Topic topic, int index, ByteBuffer batch, Consumer<ErrorCode> then) {
        int leader = topic.partitions().get(index).leader();
        if (leader == node.id()) {
            LoopShare owner = node.share(node.ownerOf(topic.id(), index));
            Consumer<ErrorCode> back = error -> node.run(loop, () -> then.accept(error));
            node.run(owner.loop(), () -> append(owner.partitions().find(topic.id(), index), batch, back));
        } else if (leader == dev.barnabas.metadata.Partition.NO_LEADER) {
            then.accept(ErrorCode.LEADER_NOT_AVAILABLE);
        } else {
            Call<ProduceResponse> call =
                    Call.of(ApiKey.PRODUCE, version -> request(topic, index, batch, version), ProduceResponse::read);
            connections.ask(leader, call, LIMIT.multipliedBy(2), new Reply<>() {
                @Override
                public void answered(Answer<ProduceResponse> answer) {
                    then.accept(outcome(answer.response()));
                }

                @Override
                public void failed(PeerFault fault) {
                    then.accept(ErrorCode.NETWORK_EXCEPTION);
                }
            });
        }
    }

    private static void append(@Nullable Partition partition, ByteBuffer batch, Consumer<ErrorCode> then) {
        if (partition == null) {
            then.accept(ErrorCode.NOT_LEADER_OR_FOLLOWER);
            return;
        }
        long deadline = partition.loop().clock().nanos() + LIMIT.toNanos();
        partition.append(batch, Acks.ALL, deadline, new Partition.Answer() {
            @Override
            public void written(@Nullable Appended appended) {
                // It counts when it is committed.
            }

            @Override
            public void acknowledged(Appended appended) {
                then.accept(ErrorCode.NONE);
            }

            @Override
            public void refused(LogRefusal refusal) {
                then.accept(refusal.error());
            }
        });
    }

    private static ProduceRequest request(Topic topic, int index, ByteBuffer batch, int version) {
        return ProduceRequest.builder()
                .acks((short) -1)
                .timeoutMs((int) LIMIT.toMillis())
                .topicData(List.of(ProduceRequest.TopicProduceData.builder()
                        .name(version < TOPIC_IDS_SINCE ? topic.name() : "")
                        .topicId(version < TOPIC_IDS_SINCE ? Uuid.ZERO : topic.id())
                        .partitionData(List.of(ProduceRequest.PartitionProduceData.builder()
                                .index(index)
                                .records(new MemoryRecords(batch))
                                .build()))
                        .build()))
                .build();
    }

    private static ErrorCode outcome(ProduceResponse response) {
        return response.responses().isEmpty()
                        || response.responses().getFirst().partitionResponses().isEmpty()
                ? ErrorCode.UNKNOWN_SERVER_ERROR
                : ErrorCode.forCode(response.responses()
                        .getFirst()
                        .partitionResponses()
                        .getFirst()
                        .errorCode());
    }
}

package dev.barnabas.broker;

import dev.barnabas.groups.InternalTopic;
import dev.barnabas.groups.StreamsAnswer;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopic;
import dev.barnabas.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse;
import dev.barnabas.protocol.message.StreamsGroupHeartbeatResponse.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the internal topics of streams applications when a heartbeat finds them missing (KIP-1071). The member is
 * answered at once and finds them with one of its next heartbeats; if they could not be created, it is told why. Owned
 * by one loop; may be asked on any.
 */
final class StreamsTopics {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsTopics.class);

    private static final byte MISSING_INTERNAL_TOPICS = 3;
    private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(1);

    private final TopicCreation creation;
    private final Loop loop;
    private final Set<String> underWay = new HashSet<>();
    private final Map<String, Failed> failed = new HashMap<>();

    /** Why a topic could not be created, and when it is tried again. */
    private record Failed(String why, long againAtNanos) {}

    StreamsTopics(TopicCreation creation, Loop loop) {
        this.creation = creation;
        this.loop = loop;
    }

    /** Has what is missing created, and completes the answer with what went wrong so far. */
    void complete(StreamsAnswer answer, Loop asker, Consumer<StreamsGroupHeartbeatResponse> then) {
        if (answer.missing().isEmpty()) {
            then.accept(answer.response());
            return;
        }
        loop.execute(() -> {
            create(answer.missing());
            StreamsGroupHeartbeatResponse complete = withFailures(answer);
            asker.execute(() -> then.accept(complete));
        });
    }

    private void create(List<InternalTopic> missing) {
        long now = loop.clock().nanos();
        List<CreatableTopic> topics = new ArrayList<>();
        for (InternalTopic topic : missing) {
            Failed before = failed.get(topic.name());
            boolean mayTry = before == null || before.againAtNanos - now <= 0;
            if (mayTry && underWay.add(topic.name())) {
                topics.add(request(topic));
            }
        }
        if (topics.isEmpty()) {
            return;
        }
        creation.createAsked(topics, loop, errors -> {
            long again = loop.clock().nanos() + TRY_AGAIN_AFTER.toNanos();
            failed.values().removeIf(old -> old.againAtNanos - loop.clock().nanos() < -TRY_AGAIN_AFTER.toNanos());
            for (CreatableTopic topic : topics) {
                underWay.remove(topic.name());
                String why = errors.get(topic.name());
                if (why == null) {
                    failed.remove(topic.name());
                } else {
                    failed.put(topic.name(), new Failed(why, again));
                    LOG.atWarn()
                            .setMessage("an internal topic of a streams application could not be created")
                            .addKeyValue("topic", topic.name())
                            .addKeyValue("why", why)
                            .log();
                }
            }
        });
    }

    private static CreatableTopic request(InternalTopic topic) {
        return CreatableTopic.builder()
                .name(topic.name())
                .numPartitions(topic.partitions())
                .replicationFactor(topic.replicationFactor() == 0 ? -1 : topic.replicationFactor())
                .configs(topic.settings().entrySet().stream()
                        .map(setting -> CreatableTopicConfig.builder()
                                .name(setting.getKey())
                                .value(setting.getValue())
                                .build())
                        .toList())
                .build();
    }

    private StreamsGroupHeartbeatResponse withFailures(StreamsAnswer answer) {
        List<String> failures = answer.missing().stream()
                .filter(topic -> failed.containsKey(topic.name()))
                .map(topic -> topic.name() + " (" + failed.get(topic.name()).why + ")")
                .toList();
        List<Status> status = answer.response().status();
        if (failures.isEmpty() || status == null) {
            return answer.response();
        }
        return answer.response().toBuilder()
                .status(status.stream()
                        .map(each -> each.statusCode() == MISSING_INTERNAL_TOPICS
                                ? new Status(
                                        each.statusCode(),
                                        each.statusDetail() + "; Creation failed: " + String.join(", ", failures) + ".")
                                : each)
                        .toList())
                .build();
    }
}

package dev.barnabas.groups;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatRequest.TopicPartitions;
import dev.barnabas.protocol.message.ConsumerGroupHeartbeatResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of the consumer protocol as the clients of today are: it joins, gives up what it is told to before it
 * takes anything else, says so, and begins again when it is fenced. One request at a time; the churn test moves it on.
 */
final class ConsumerChurnClient {
    private static final int JOIN = 0;

    private final Backend backend;
    private final ConsumerChurnChecks checks;
    private final String name;
    private final String groupId;
    private final @Nullable String instanceId;
    private final boolean byPattern;
    private int lives;
    private int epoch = JOIN;
    private Partitions owned = Partitions.NONE;
    private Partitions told = Partitions.NONE;
    private boolean waiting;
    private boolean tellEverything = true;
    private int connection;

    ConsumerChurnClient(
            Backend backend, ConsumerChurnChecks checks, String name, String groupId, @Nullable String instanceId) {
        this.backend = backend;
        this.checks = checks;
        this.name = name;
        this.groupId = groupId;
        this.instanceId = instanceId;
        this.byPattern = name.endsWith("3");
    }

    String memberId() {
        return name + "." + lives;
    }

    String groupId() {
        return groupId;
    }

    int epoch() {
        return epoch;
    }

    /** What it works on. */
    Partitions owned() {
        return owned;
    }

    boolean isSettled() {
        return epoch > JOIN && owned.equals(told);
    }

    /** Gives up what it is told to, or takes what it is told to, or says where it is. */
    void step() {
        if (waiting) {
            return;
        }
        Partitions kept = owned.matching(told::contains);
        if (!kept.equals(owned)) {
            owned = kept;
        } else {
            owned = told;
        }
        beat();
    }

    /** The process dies and another one starts. */
    void crash() {
        connection++;
        waiting = false;
        lives++;
        startOver();
    }

    /** The connection breaks; it says everything again on the next. */
    void disconnect() {
        connection++;
        waiting = false;
        tellEverything = true;
    }

    void leave(boolean forNow) {
        if (epoch > JOIN) {
            int leaving = forNow && instanceId != null ? CurrentAssignment.LEFT_FOR_NOW : -1;
            owned = Partitions.NONE;
            send(
                    ConsumerGroupHeartbeatRequest.builder()
                            .groupId(groupId)
                            .memberId(memberId())
                            .instanceId(instanceId)
                            .memberEpoch(leaving)
                            .build(),
                    _ -> {});
        }
        crash();
    }

    private void startOver() {
        epoch = JOIN;
        owned = Partitions.NONE;
        told = Partitions.NONE;
        tellEverything = true;
    }

    private void beat() {
        waiting = true;
        int asked = connection;
        boolean everything = tellEverything || epoch == JOIN;
        ConsumerGroupHeartbeatRequest.Builder request = ConsumerGroupHeartbeatRequest.builder()
                .groupId(groupId)
                .memberId(memberId())
                .instanceId(instanceId)
                .memberEpoch(epoch)
                .topicPartitions(asTold(owned));
        if (everything) {
            request.rebalanceTimeoutMs(60_000)
                    .subscribedTopicNames(byPattern ? List.of() : List.of("t", "u"))
                    .subscribedTopicRegex(byPattern ? "[tu]" : null);
        }
        tellEverything = false;
        String asMember = memberId();
        send(request.build(), answer -> {
            if (answer.errorCode() == 0) {
                checks.answered(groupId, asMember, instanceId, answer.memberEpoch());
            }
            if (asked == connection) {
                waiting = false;
                answered(answer);
            }
        });
    }

    private void answered(ConsumerGroupHeartbeatResponse answer) {
        switch (ErrorCode.forCode(answer.errorCode())) {
            case NONE -> {
                epoch = answer.memberEpoch();
                var assignment = answer.assignment();
                if (assignment != null) {
                    Partitions.Builder partitions = new Partitions.Builder();
                    assignment
                            .topicPartitions()
                            .forEach(topic -> topic.partitions()
                                    .forEach(partition -> partitions.add(topic.topicId(), partition)));
                    told = partitions.build();
                }
            }
            case FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, GROUP_ID_NOT_FOUND -> startOver();
            default -> tellEverything = true;
        }
    }

    private void send(ConsumerGroupHeartbeatRequest request, Consumer<ConsumerGroupHeartbeatResponse> then) {
        backend.consumerHeartbeat(request, new Caller(name, "/10.0.0.1", 1), then);
    }

    private static List<TopicPartitions> asTold(Partitions partitions) {
        List<TopicPartitions> topics = new ArrayList<>();
        for (Uuid topic : new TreeSet<>(partitions.byTopic().keySet())) {
            topics.add(
                    new TopicPartitions(topic, List.copyOf(partitions.byTopic().getOrDefault(topic, new TreeSet<>()))));
        }
        return topics;
    }
}

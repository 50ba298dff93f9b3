package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.settings.BrokerSettings;
import dev.barnabas.settings.Settings;
import dev.barnabas.settings.TopicSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A new topic, as in a CreateTopics request. That a request names a topic twice is found by whoever reads the request.
 *
 * @param partitions how many, or -1 for the broker's {@code num.partitions}
 * @param replicationFactor how many replicas each has, or -1 for the broker's {@code default.replication.factor}
 * @param assignments where each partition goes, or none; then {@code partitions} and {@code replicationFactor} must be
 *     -1
 * @param settings of the topic, by name; a null is refused
 * @param validateOnly whether to stop short of creating it
 */
public record CreateTopic(
        String name,
        int partitions,
        int replicationFactor,
        List<Assignment> assignments,
        Map<String, @Nullable String> settings,
        boolean validateOnly)
        implements Wish<CreateTopic.Created> {

    private static final int DEFAULT = -1;

    /**
     * Where somebody wants a partition to be.
     *
     * @param replicas ids of brokers, the preferred leader first
     */
    public record Assignment(int partition, List<Integer> replicas) {
        public Assignment {
            replicas = List.copyOf(replicas);
        }
    }

    /**
     * @param topic what has been, or would be, created
     * @param settings all its settings
     */
    public record Created(Topic topic, Settings settings) {

        /** Of the first partition; the others may differ if they were assigned by hand. */
        public int replicationFactor() {
            return topic.partitions().getFirst().replicas().size();
        }
    }

    /** A topic with the broker's defaults. */
    public static CreateTopic withDefaults(String name) {
        return new CreateTopic(name, DEFAULT, DEFAULT, List.of(), Map.of(), false);
    }

    public CreateTopic {
        assignments = List.copyOf(assignments);
    }

    @Override
    public Plan<Created> plan(ClusterImage image, Controller controller) {
        Settings broker = controller.settings(image);
        NavigableMap<String, String> given = new TreeMap<>();
        Optional<Refusal> refusal = TopicNames.refusal(name, image)
                .or(() -> SettingRules.takeNonNull(settings, given))
                .or(() -> SettingRules.refusalOfTopic(given, given.keySet(), broker))
                .or(() -> assignments.isEmpty() ? refusalOfCounts(broker, image) : refusalOfAssignments(image));
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        Topic topic = new Topic(controller.newId(), name, place(broker, image, controller));
        Created created = new Created(topic, TopicSettings.of(given, broker));
        return validateOnly ? Plan.nothing(created) : Plan.change(new Change.TopicCreated(topic, given), created);
    }

    private List<Partition> place(Settings broker, ClusterImage image, Controller controller) {
        if (assignments.isEmpty()) {
            return Placement.spread(partitions(broker), replicationFactor(broker), image, controller.entropy());
        }
        return assignments.stream()
                .sorted(Comparator.comparingInt(Assignment::partition))
                .map(assignment -> Placement.on(assignment.replicas, image))
                .toList();
    }

    private Optional<Refusal> refusalOfCounts(Settings broker, ClusterImage image) {
        if (partitions != DEFAULT && partitions <= 0) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_PARTITIONS,
                    "The number of partitions is " + partitions + "; allowed: at least 1, or -1 for the default."));
        }
        if (replicationFactor != DEFAULT && replicationFactor <= 0) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "The replication factor is " + replicationFactor
                            + "; allowed: at least 1, or -1 for the default."));
        }
        if (partitions(broker) > Placement.MAX_PARTITIONS_AT_ONCE) {
            return Optional.of(new Refusal(
                    ErrorCode.POLICY_VIOLATION,
                    partitions(broker) + " partitions cannot be created at once; create at most "
                            + Placement.MAX_PARTITIONS_AT_ONCE + " and add the others later."));
        }
        return Placement.refusal(replicationFactor(broker), image);
    }

    private Optional<Refusal> refusalOfAssignments(ClusterImage image) {
        if (partitions != DEFAULT || replicationFactor != DEFAULT) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_REQUEST,
                    "Where replicas are assigned by hand, the number of partitions and the replication factor"
                            + " must be -1."));
        }
        List<Assignment> inOrder = new ArrayList<>(assignments);
        inOrder.sort(Comparator.comparingInt(Assignment::partition));
        for (int index = 0; index < inOrder.size(); index++) {
            int partition = inOrder.get(index).partition;
            if (index > 0 && partition == inOrder.get(index - 1).partition) {
                return Placement.refuse("Found multiple manual partition assignments for partition " + partition);
            }
        }
        for (Assignment assignment : inOrder) {
            Optional<Refusal> refusal = Placement.refusalOfNew(assignment.partition, assignment.replicas, image);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        if (inOrder.getFirst().partition != 0 || inOrder.getLast().partition != inOrder.size() - 1) {
            return Placement.refuse("The partitions assigned by hand must be numbered from 0, without gaps.");
        }
        return Optional.empty();
    }

    private int partitions(Settings broker) {
        return partitions == DEFAULT ? broker.get(BrokerSettings.NUM_PARTITIONS) : partitions;
    }

    private int replicationFactor(Settings broker) {
        return replicationFactor == DEFAULT ? broker.get(BrokerSettings.DEFAULT_REPLICATION_FACTOR) : replicationFactor;
    }
}

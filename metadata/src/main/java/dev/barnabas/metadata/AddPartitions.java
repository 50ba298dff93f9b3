package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Further partitions for a topic, as in a CreatePartitions request. They have as many replicas as the first partition.
 * Answered with the topic as it is then.
 *
 * @param count how many partitions there shall be in all
 * @param assignments the replicas of each new partition, or null
 */
public record AddPartitions(
        String topic, int count, @Nullable List<List<Integer>> assignments, boolean validateOnly)
        implements Wish<Topic> {

    @Override
    public Plan<Topic> plan(ClusterImage image, Controller controller) {
        Optional<Topic> found = image.topic(topic);
        if (found.isEmpty()) {
            return new Plan.Refused<>(Refusal.of(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
        Topic existing = found.get();
        int present = existing.partitions().size();
        int factor = existing.partitions().getFirst().replicas().size();
        Optional<Refusal> refusal = refusalOfCount(present)
                .or(() -> assignments == null
                        ? Placement.refusal(factor, image)
                        : refusalOfAssignments(assignments, present, count - present, image));
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        List<Partition> added = assignments == null
                ? Placement.spread(count - present, factor, image, controller.entropy())
                : assignments.stream()
                        .map(replicas -> Placement.on(replicas, image))
                        .toList();
        Topic grown = existing.withFurther(added);
        return validateOnly
                ? Plan.nothing(grown)
                : Plan.change(new Change.PartitionsAdded(existing.id(), present, added), grown);
    }

    private Optional<Refusal> refusalOfCount(int present) {
        if (count == present) {
            return Optional.of(
                    new Refusal(ErrorCode.INVALID_PARTITIONS, "Topic already has " + present + " partition(s)."));
        }
        if (count < present) {
            return Optional.of(new Refusal(
                    ErrorCode.INVALID_PARTITIONS,
                    "The topic " + topic + " currently has " + present + " partition(s); " + count
                            + " would not be an increase."));
        }
        if (count - present > Placement.MAX_PARTITIONS_AT_ONCE) {
            return Optional.of(new Refusal(
                    ErrorCode.POLICY_VIOLATION,
                    (count - present) + " partitions cannot be added at once; add at most "
                            + Placement.MAX_PARTITIONS_AT_ONCE + " at a time."));
        }
        return Optional.empty();
    }

    private static Optional<Refusal> refusalOfAssignments(
            List<List<Integer>> assignments, int present, int added, ClusterImage image) {
        if (assignments.size() != added) {
            return Placement.refuse("Attempted to add " + added + " additional partition(s), but " + assignments.size()
                    + " assignment(s) were specified.");
        }
        for (int index = 0; index < assignments.size(); index++) {
            Optional<Refusal> refusal = Placement.refusalOfNew(present + index, assignments.get(index), image);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }
}

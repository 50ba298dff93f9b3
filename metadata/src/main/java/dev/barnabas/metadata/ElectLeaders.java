package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Other leaders for partitions, as in an ElectLeaders request (KIP-460). All that can be granted is one change, and
 * each partition has its own result.
 *
 * <ul>
 *   <li>PREFERRED: the first replica leads, if it is in sync.
 *   <li>UNCLEAN: a partition without leader gets one, if need be one that misses acknowledged records, or has none at
 *       all because its directory is gone. Who asks for that allows it, whatever {@code unclean.leader.election.enable}
 *       says.
 * </ul>
 *
 * @param partitions null for all; then only those are answered for which there was something to do
 */
public record ElectLeaders(Type type, @Nullable List<Target> partitions) implements Wish<List<ElectLeaders.Result>> {

    public enum Type {
        PREFERRED,
        UNCLEAN;

        /** The type of a number on the wire; empty if there is none. */
        public static Optional<Type> forCode(byte code) {
            return code >= 0 && code < values().length ? Optional.of(values()[code]) : Optional.empty();
        }
    }

    public record Target(String topic, int index) {}

    /** @param refusal null if a leader was elected */
    public record Result(String topic, int index, @Nullable Refusal refusal) {}

    @Override
    public Plan<List<Result>> plan(ClusterImage image, Controller controller) {
        PartitionSweep sweep = new PartitionSweep(image, controller);
        List<Result> results = new ArrayList<>();
        List<Target> targets = partitions;
        if (targets == null) {
            for (Topic topic : image.topics()) {
                for (int index = 0; index < topic.partitions().size(); index++) {
                    if (isNeeded(topic.partitions().get(index))) {
                        results.add(elect(topic, index, sweep));
                    }
                }
            }
        } else {
            targets.forEach(target -> results.add(elect(target, image, sweep)));
        }
        return new Plan.Agreed<>(sweep.changeOrNull(), List.copyOf(results));
    }

    private Result elect(Target target, ClusterImage image, PartitionSweep sweep) {
        Optional<Topic> topic = image.topic(target.topic);
        if (topic.isEmpty()) {
            return refuse(target, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "No such topic as " + target.topic);
        }
        if (topic.get().partition(target.index).isEmpty()) {
            return refuse(
                    target,
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "No such partition as " + target.topic + "-" + target.index);
        }
        if (!isNeeded(sweep.state(topic.get(), target.index))) {
            return refuse(target, ErrorCode.ELECTION_NOT_NEEDED, ErrorCode.ELECTION_NOT_NEEDED.message());
        }
        return elect(topic.get(), target.index, sweep);
    }

    private Result elect(Topic topic, int index, PartitionSweep sweep) {
        Partition before = topic.partitions().get(index);
        Partition after = sweep.draft(topic, index)
                .elect(type == Type.PREFERRED ? LeaderElection.Mode.PREFERRED : LeaderElection.Mode.UNCLEAN)
                .build();
        if (after.leader() != before.leader()) {
            sweep.put(topic, index, after);
            return new Result(topic.name(), index, null);
        }
        ErrorCode error = type == Type.PREFERRED
                ? ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
                : ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE;
        return refuse(new Target(topic.name(), index), error, error.message());
    }

    private boolean isNeeded(Partition partition) {
        return type == Type.PREFERRED
                ? partition.leader() != partition.replicas().getFirst()
                : !partition.hasLeader();
    }

    private static Result refuse(Target target, ErrorCode error, String message) {
        return new Result(target.topic, target.index, new Refusal(error, message));
    }
}

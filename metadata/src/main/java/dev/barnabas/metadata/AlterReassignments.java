package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Other replicas for partitions, as in an AlterPartitionReassignments request (KIP-455). All that can be granted is one
 * change, and each partition has its own result.
 *
 * <p>The new replicas join the old ones; when all that shall stay are in sync, the others leave, with the
 * {@link AlterPartition} that brings the last one in. Until then the reassignment can be cancelled or replaced.
 *
 * @param allowOtherFactor whether a partition may get another number of replicas (version 1)
 */
public record AlterReassignments(List<Wanted> wanted, boolean allowOtherFactor)
        implements Wish<List<AlterReassignments.Result>> {

    /** @param replicas the preferred leader first; null cancels */
    public record Wanted(String topic, int index, @Nullable List<Integer> replicas) {}

    /** @param refusal null if it was granted */
    public record Result(String topic, int index, @Nullable Refusal refusal) {}

    public AlterReassignments {
        wanted = List.copyOf(wanted);
    }

    @Override
    public Plan<List<Result>> plan(ClusterImage image, Controller controller) {
        PartitionSweep sweep = new PartitionSweep(image, controller);
        List<Result> results = new ArrayList<>();
        for (Wanted each : wanted) {
            results.add(
                    new Result(each.topic, each.index, alter(each, image, sweep).orElse(null)));
        }
        return new Plan.Agreed<>(sweep.changeOrNull(), List.copyOf(results));
    }

    private Optional<Refusal> alter(Wanted each, ClusterImage image, PartitionSweep sweep) {
        Optional<Topic> topic = image.topic(each.topic);
        Optional<Partition> found = topic.flatMap(known -> known.partition(each.index));
        if (found.isEmpty()) {
            return Optional.of(Refusal.of(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
        }
        Partition partition = found.get();
        List<Integer> target = each.replicas;
        Optional<Refusal> refusal = target == null
                ? refusalOfCancelling(each, partition)
                : Placement.refusal(target, image).or(() -> refusalOfFactor(target, partition));
        if (refusal.isEmpty()) {
            PartitionDraft draft = sweep.draft(topic.orElseThrow(), each.index);
            sweep.put(
                    topic.orElseThrow(),
                    each.index,
                    (target == null ? cancel(partition, draft) : reassign(partition, target, draft)).build());
        }
        return refusal;
    }

    private static Optional<Refusal> refusalOfCancelling(Wanted each, Partition partition) {
        if (!partition.isBeingReassigned()) {
            return Optional.of(Refusal.of(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS));
        }
        List<Integer> inSync = PartitionDraft.without(partition.inSyncReplicas(), partition.addingReplicas());
        return inSync.isEmpty() && !partition.inSyncReplicas().isEmpty()
                ? Placement.refuse("Unable to revert the replicas of " + each.topic + "-" + each.index
                        + ": none of those it had before is in sync, and acknowledged records would be lost.")
                : Optional.empty();
    }

    private Optional<Refusal> refusalOfFactor(List<Integer> target, Partition partition) {
        int factor = before(partition).size();
        return allowOtherFactor || target.size() == factor
                ? Optional.empty()
                : Optional.of(new Refusal(
                        ErrorCode.INVALID_REPLICATION_FACTOR,
                        "The replication factor is changed from " + factor + " to " + target.size()
                                + ", which the request does not allow."));
    }

    /** The replicas that it would have again if what is going on were cancelled. */
    private static List<Integer> before(Partition partition) {
        return PartitionDraft.without(partition.replicas(), partition.addingReplicas());
    }

    private static PartitionDraft cancel(Partition partition, PartitionDraft draft) {
        return draft.inSync(PartitionDraft.without(partition.inSyncReplicas(), partition.addingReplicas()))
                .replicas(before(partition), List.of(), List.of());
    }

    /**
     * Replicas that an earlier reassignment was bringing and that this one does not want leave at once. Those that are
     * in sync leave like the old ones: perhaps nobody else is.
     */
    private static PartitionDraft reassign(Partition partition, List<Integer> target, PartitionDraft draft) {
        List<Integer> before = before(partition);
        Set<Integer> all = new LinkedHashSet<>(target);
        all.addAll(before);
        for (int broker : partition.addingReplicas()) {
            if (partition.inSyncReplicas().contains(broker)
                    || partition.eligibleLeaders().contains(broker)) {
                all.add(broker);
            }
        }
        List<Integer> replicas = List.copyOf(all);
        return draft.replicas(
                        replicas, PartitionDraft.without(target, before), PartitionDraft.without(replicas, target))
                .completeReassignment();
    }
}

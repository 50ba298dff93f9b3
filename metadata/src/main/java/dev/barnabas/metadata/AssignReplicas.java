package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A broker has chosen the log directories of replicas, as in an AssignReplicasToDirs request (KIP-858). It asks before
 * it makes a replica's first file, so that the cluster knows where a replica was even when its directory is gone.
 *
 * <p>A replica that is assigned to another directory is there with its records: somebody has moved it. Before a broker
 * begins a replica anew that was in a directory which is gone, it says so by assigning it to
 * {@link ReplicaDirectory#LOST}: from then on the replica is not eligible to lead (KIP-966). Without that an empty log
 * could be elected as if it were the one that was lost.
 *
 * <p>Answered with what is agreed on. Replicas that there are not (any more) are left out.
 *
 * @param brokerEpoch of the registration that has the directories
 */
public record AssignReplicas(int brokerId, long brokerEpoch, List<ReplicaAssignment> assignments)
        implements Wish<List<ReplicaAssignment>> {

    public AssignReplicas {
        assignments = List.copyOf(assignments);
    }

    @Override
    public Plan<List<ReplicaAssignment>> plan(ClusterImage image, Controller controller) {
        Optional<Refusal> refusal =
                Replicas.refusalOfSender(image, brokerId, brokerEpoch).or(() -> refusalOfDirectories(image));
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        List<ReplicaAssignment> valid = new ArrayList<>();
        List<ReplicaAssignment> changed = new ArrayList<>();
        for (ReplicaAssignment assignment : assignments) {
            List<Integer> there = assignment.partitions().stream()
                    .filter(partition -> isReplica(image, assignment.topicId(), partition))
                    .toList();
            if (there.isEmpty()) {
                continue;
            }
            ReplicaAssignment wanted = new ReplicaAssignment(assignment.directory(), assignment.topicId(), there);
            valid.add(wanted);
            if (!there.stream().allMatch(partition -> isAssigned(image, wanted, partition))) {
                changed.add(wanted);
            }
        }
        PartitionSweep sweep = sweep(image, controller, valid, changed);
        List<Change> changes = new ArrayList<>();
        if (!changed.isEmpty()) {
            changes.add(new Change.ReplicasAssigned(brokerId, changed));
        }
        sweep.change().ifPresent(changes::add);
        return changes.isEmpty()
                ? Plan.nothing(List.copyOf(valid))
                : Plan.change(Change.Together.of(changes), List.copyOf(valid));
    }

    /** A replica that has its directory again may be the one for which a partition waits. */
    private PartitionSweep sweep(
            ClusterImage image, Controller controller, List<ReplicaAssignment> valid, List<ReplicaAssignment> changed) {
        ClusterImage after = changed.isEmpty()
                ? image
                : image.apply(new Change.ReplicasAssigned(brokerId, changed), image.lastOffset() + 1);
        PartitionSweep sweep = new PartitionSweep(after, controller);
        for (ReplicaAssignment assignment : valid) {
            Topic topic = image.topic(assignment.topicId()).orElseThrow();
            for (int index : assignment.partitions()) {
                if (assignment.directory().isLost()) {
                    sweep.settleBegunAnew(topic, index, brokerId);
                } else if (!topic.partitions().get(index).hasLeader()) {
                    sweep.put(topic, index, sweep.settled(topic, index).build());
                }
            }
        }
        return sweep;
    }

    private Optional<Refusal> refusalOfDirectories(ClusterImage image) {
        List<Uuid> usable = image.broker(brokerId).map(Broker::directories).orElse(List.of());
        return assignments.stream()
                .map(ReplicaAssignment::directory)
                .filter(directory -> !directory.isLost() && !usable.isEmpty() && !usable.contains(directory.id()))
                .findFirst()
                .map(directory -> new Refusal(
                        ErrorCode.LOG_DIR_NOT_FOUND,
                        "Broker " + brokerId + " cannot use a log directory of the id " + directory.id() + "."));
    }

    private boolean isReplica(ClusterImage image, Uuid topicId, int partition) {
        return image.topic(topicId)
                .flatMap(topic -> topic.partition(partition))
                .filter(known -> known.replicas().contains(brokerId))
                .isPresent();
    }

    private boolean isAssigned(ClusterImage image, ReplicaAssignment wanted, int partition) {
        Optional<ReplicaDirectory> known = image.directoryOf(brokerId, wanted.topicId(), partition);
        return wanted.directory().isLost()
                ? known.isEmpty()
                : known.filter(directory ->
                                directory.id().equals(wanted.directory().id()))
                        .isPresent();
    }
}

package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.List;

/**
 * A broker has chosen the log directories of replicas, as in an AssignReplicasToDirs request (KIP-858). It asks before
 * it makes a replica's first file, so that the cluster knows where a replica was even when its directory is gone.
 *
 * <p>Answered with what is agreed on. Replicas that there are not (any more) are left out.
 */
public record AssignReplicas(int brokerId, List<ReplicaAssignment> assignments)
        implements Wish<List<ReplicaAssignment>> {

    public AssignReplicas {
        assignments = List.copyOf(assignments);
    }

    @Override
    public Plan<List<ReplicaAssignment>> plan(ClusterImage image, Controller controller) {
        if (image.broker(brokerId).isEmpty()) {
            return Plan.refuse(ErrorCode.BROKER_ID_NOT_REGISTERED, "There is no broker " + brokerId + ".");
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
        return changed.isEmpty()
                ? Plan.nothing(List.copyOf(valid))
                : Plan.change(new Change.ReplicasAssigned(brokerId, changed), List.copyOf(valid));
    }

    private boolean isReplica(ClusterImage image, Uuid topicId, int partition) {
        return image.topic(topicId)
                .flatMap(topic -> topic.partition(partition))
                .filter(known -> known.replicas().contains(brokerId))
                .isPresent();
    }

    private boolean isAssigned(ClusterImage image, ReplicaAssignment wanted, int partition) {
        return image.directoryOf(brokerId, wanted.topicId(), partition)
                .filter(wanted.directory()::equals)
                .isPresent();
    }
}

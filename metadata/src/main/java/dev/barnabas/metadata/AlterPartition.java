package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A leader wants other in-sync replicas for its partitions, as in an AlterPartition request of version 2 or 3 (KIP-497,
 * KIP-841, KIP-903). All that can be granted is one change, and each partition has its own result.
 *
 * <p>A reassignment whose replicas are all in sync with the change is complete with it. If the sender does not lead
 * after that, its result is NEW_LEADER_ELECTED.
 *
 * @param brokerId the sender
 */
public record AlterPartition(int brokerId, long brokerEpoch, List<Wanted> wanted)
        implements Wish<List<AlterPartition.Result>> {

    /** @param epoch of the registration that the leader knows, or -1 if it does not (before version 3) */
    public record Member(int broker, long epoch) {}

    /**
     * @param leaderEpoch and
     * @param partitionEpoch of the state that the leader knows
     * @param inSync those that shall be in sync, the leader among them
     * @param recovering whether the leader has not put its log in order yet
     */
    public record Wanted(
            Uuid topicId, int index, int leaderEpoch, int partitionEpoch, List<Member> inSync, boolean recovering) {
        public Wanted {
            inSync = List.copyOf(inSync);
        }

        private List<Integer> brokers() {
            return inSync.stream().map(Member::broker).toList();
        }
    }

    /** The outcome for a partition. */
    public sealed interface Result {

        Uuid topicId();

        int index();

        /** @param partition the state that is agreed on, changed or not */
        record Granted(Uuid topicId, int index, Partition partition) implements Result {}

        record Refused(Uuid topicId, int index, ErrorCode error) implements Result {}
    }

    public AlterPartition {
        wanted = List.copyOf(wanted);
    }

    @Override
    public Plan<List<Result>> plan(ClusterImage image, Controller controller) {
        Optional<Refusal> refusal = Replicas.refusalOfSender(image, brokerId, brokerEpoch);
        if (refusal.isPresent()) {
            return new Plan.Refused<>(refusal.get());
        }
        PartitionSweep sweep = new PartitionSweep(image, controller);
        List<Result> results = new ArrayList<>();
        for (Wanted each : wanted) {
            results.add(alter(each, image, sweep));
        }
        return new Plan.Agreed<>(sweep.changeOrNull(), List.copyOf(results));
    }

    private Result alter(Wanted each, ClusterImage image, PartitionSweep sweep) {
        Optional<Topic> topic = image.topic(each.topicId);
        if (topic.isEmpty()) {
            return refuse(each, ErrorCode.UNKNOWN_TOPIC_ID);
        }
        if (topic.get().partition(each.index).isEmpty()) {
            return refuse(each, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        // With what was granted before: a partition that is named twice has a newer epoch the second time.
        Partition partition = sweep.state(topic.get(), each.index);
        Optional<ErrorCode> error = errorOfState(each, partition).or(() -> errorOfMembers(each, partition, image));
        if (error.isPresent()) {
            return refuse(each, error.get());
        }
        // A leader without room may let in somebody who has: then that one takes over.
        Partition after = sweep.draft(topic.get(), each.index)
                .inSync(sweep.withRoom(each.brokers(), topic.get(), each.index))
                .recovering(each.recovering)
                .completeReassignment()
                .build();
        if (after.partitionEpoch() == partition.partitionEpoch()) {
            // A leader that got no answer to an earlier request asks for what is agreed on already, to be certain that
            // the earlier one is not granted any more: it is of an old epoch from now on.
            after = after.inPartitionEpoch(partition.partitionEpoch() + 1);
        }
        sweep.put(topic.get(), each.index, after);
        return after.leader() == brokerId
                ? new Result.Granted(each.topicId, each.index, after)
                : refuse(each, ErrorCode.NEW_LEADER_ELECTED);
    }

    private Optional<ErrorCode> errorOfState(Wanted each, Partition partition) {
        if (each.leaderEpoch > partition.leaderEpoch() || each.partitionEpoch > partition.partitionEpoch()) {
            // The sender knows more than this node, which has been controller for too long.
            return Optional.of(ErrorCode.NOT_CONTROLLER);
        }
        if (each.leaderEpoch < partition.leaderEpoch()) {
            return Optional.of(ErrorCode.FENCED_LEADER_EPOCH);
        }
        if (partition.leader() != brokerId) {
            return Optional.of(ErrorCode.INVALID_REQUEST);
        }
        return each.partitionEpoch < partition.partitionEpoch()
                ? Optional.of(ErrorCode.INVALID_UPDATE_VERSION)
                : Optional.empty();
    }

    private Optional<ErrorCode> errorOfMembers(Wanted each, Partition partition, ClusterImage image) {
        Set<Integer> distinct = new HashSet<>(each.brokers());
        if (distinct.size() != each.inSync.size()
                || !partition.replicas().containsAll(distinct)
                || !distinct.contains(brokerId)
                || (each.recovering && (distinct.size() > 1 || !partition.leaderRecovering()))) {
            return Optional.of(ErrorCode.INVALID_REQUEST);
        }
        return each.inSync.stream().allMatch(member -> isEligible(member, each, partition, image))
                ? Optional.empty()
                : Optional.of(ErrorCode.INELIGIBLE_REPLICA);
    }

    /** One that is shutting down may stay, so that a leader which hands over can still let others in; none may join. */
    private static boolean isEligible(Member member, Wanted each, Partition partition, ClusterImage image) {
        Optional<Broker> broker = image.broker(member.broker);
        if (broker.isEmpty()
                || (member.epoch != -1 && member.epoch != broker.get().epoch())) {
            return false;
        }
        return partition.inSyncReplicas().contains(member.broker)
                ? Replicas.mayBeInSync(image, member.broker, each.topicId, each.index)
                : Replicas.mayLead(image, member.broker, each.topicId, each.index)
                        && (Replicas.hasRoom(image, member.broker, each.topicId, each.index)
                                || nobodyHasRoom(each, partition, image));
    }

    private static boolean nobodyHasRoom(Wanted each, Partition partition, ClusterImage image) {
        return partition.inSyncReplicas().stream()
                .noneMatch(broker -> Replicas.hasRoom(image, broker, each.topicId, each.index));
    }

    private static Result refuse(Wanted each, ErrorCode error) {
        return new Result.Refused(each.topicId, each.index, error);
    }
}

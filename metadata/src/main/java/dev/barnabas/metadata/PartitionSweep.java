package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings partitions in line with their brokers and settings: collects the partitions that have to change, for one
 * entry. Made for the image in which the brokers and settings already are what they are going to be.
 */
final class PartitionSweep {

    private final ClusterImage image;
    private final TopicRules.OfAll rules;
    private final Map<Uuid, TreeMap<Integer, Partition>> changed = new LinkedHashMap<>();
    /** Replicas that were elected although their directory is not there: they begin anew, which is no secret. */
    private final List<Change> begunAnew = new ArrayList<>();

    PartitionSweep(ClusterImage image, Controller controller) {
        this.image = image;
        this.rules = new TopicRules.OfAll(image, controller);
    }

    TopicRules rules(Topic topic) {
        return rules.of(topic);
    }

    /** The state of a partition, with what has been collected. */
    Partition state(Topic topic, int index) {
        TreeMap<Integer, Partition> ofTopic = changed.get(topic.id());
        Partition partition = ofTopic == null ? null : ofTopic.get(index);
        return partition == null ? topic.partitions().get(index) : partition;
    }

    /** The draft of a partition's next state. */
    PartitionDraft draft(Topic topic, int index) {
        return new PartitionDraft(
                topic.partitions().get(index),
                rules.of(topic),
                broker -> Replicas.mayLead(image, broker, topic.id(), index),
                broker -> image.broker(broker).filter(Broker::isServing).isPresent());
    }

    /**
     * Takes a partition away from brokers that may not have it: those that are fenced, gone, or cannot use its
     * directory are not in sync; one that is shutting down, or has no room, only as long as nobody else can take over.
     * Then a leader is elected, if need be.
     */
    PartitionDraft settled(Topic topic, int index) {
        Partition partition = topic.partitions().get(index);
        List<Integer> staying = partition.inSyncReplicas();
        if (!staying.stream().allMatch(broker -> Replicas.mayLead(image, broker, topic.id(), index))) {
            staying = staying.stream()
                    .filter(broker -> Replicas.mayBeInSync(image, broker, topic.id(), index))
                    .toList();
            if (staying.stream().anyMatch(broker -> Replicas.mayLead(image, broker, topic.id(), index))) {
                staying = staying.stream()
                        .filter(broker -> Replicas.mayLead(image, broker, topic.id(), index))
                        .toList();
            }
        }
        return draft(topic, index).inSync(withRoom(staying, topic, index));
    }

    /** Of replicas that may be in sync those that have room; all if none has. */
    List<Integer> withRoom(List<Integer> replicas, Topic topic, int index) {
        List<Integer> withRoom = replicas.stream()
                .filter(broker -> Replicas.hasRoom(image, broker, topic.id(), index))
                .toList();
        boolean oneCanLead = withRoom.stream().anyMatch(broker -> Replicas.mayLead(image, broker, topic.id(), index));
        return oneCanLead ? withRoom : replicas;
    }

    /** Settles every partition that a broker holds. */
    PartitionSweep settleAllOn(int broker) {
        for (Topic topic : image.topics()) {
            settle(topic, broker, UnaryOperator.identity());
        }
        return this;
    }

    /** The same after a stop of which it is not known that it was in order. */
    PartitionSweep settleAllOnAfterUncleanStop(int broker) {
        for (Topic topic : image.topics()) {
            boolean mayHaveLost = rules.of(topic).afterWrite();
            settle(topic, broker, draft -> mayHaveLost ? draft.stoppedUncleanly(broker) : draft);
        }
        return this;
    }

    /** Settles a partition whose replica a broker begins anew, without records. */
    PartitionSweep settleBegunAnew(Topic topic, int index, int broker) {
        return put(topic, index, settled(topic, index).begunAnew(broker).build());
    }

    /** Settles every partition of a topic. */
    PartitionSweep settle(Topic topic) {
        for (int index = 0; index < topic.partitions().size(); index++) {
            put(topic, index, settled(topic, index).build());
        }
        return this;
    }

    private void settle(Topic topic, int broker, UnaryOperator<PartitionDraft> also) {
        for (int index = 0; index < topic.partitions().size(); index++) {
            if (topic.partitions().get(index).isOn(broker)) {
                put(topic, index, also.apply(settled(topic, index)).build());
            }
        }
    }

    // A draft that changes nothing gives back the same object.
    @SuppressWarnings("ReferenceEquality")
    PartitionSweep put(Topic topic, int index, Partition partition) {
        if (partition != topic.partitions().get(index)) {
            changed.computeIfAbsent(topic.id(), absent -> new TreeMap<>()).put(index, partition);
            int leader = partition.leader();
            if (partition.hasLeader() && !Replicas.mayBeInSync(image, leader, topic.id(), index)) {
                begunAnew.add(new Change.ReplicasAssigned(
                        leader, List.of(new ReplicaAssignment(ReplicaDirectory.LOST, topic.id(), List.of(index)))));
            }
        }
        return this;
    }

    /** What has been collected; empty if nothing changes. */
    Optional<Change> change() {
        List<Change.PartitionsChanged.OfTopic> topics = new ArrayList<>();
        changed.forEach((id, partitions) -> topics.add(new Change.PartitionsChanged.OfTopic(id, partitions)));
        if (topics.isEmpty()) {
            return Optional.empty();
        }
        List<Change> changes = new ArrayList<>(begunAnew);
        changes.add(new Change.PartitionsChanged(topics));
        return Optional.of(Change.Together.of(changes));
    }

    /** A change and what follows from it, in one. */
    Change with(Change first) {
        return change().map(rest -> Change.Together.of(List.of(first, rest))).orElse(first);
    }

    /** What has been collected; null if nothing changes. */
    @Nullable
    Change changeOrNull() {
        return change().orElse(null);
    }
}

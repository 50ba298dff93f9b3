package dev.barnabas.metadata;

import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the state of a broker means for the replicas that it holds. */
final class Replicas {

    private Replicas() {}

    /** Whether a broker can become leader of a partition that it holds. */
    static boolean mayLead(ClusterImage image, int brokerId, Uuid topicId, int partition) {
        return image.broker(brokerId)
                .filter(broker -> broker.isServing() && canUse(image, broker, topicId, partition))
                .isPresent();
    }

    /** Whether a broker can be in sync, be it only until another one has taken over. */
    static boolean mayBeInSync(ClusterImage image, int brokerId, Uuid topicId, int partition) {
        return image.broker(brokerId)
                .filter(broker -> !broker.fenced() && canUse(image, broker, topicId, partition))
                .isPresent();
    }

    /**
     * Whether a broker has room for more records of a partition that it holds. One without leads, and is in sync, only
     * where nobody in sync has room. A replica of which it is not known where it is goes where there is room.
     */
    static boolean hasRoom(ClusterImage image, int brokerId, Uuid topicId, int partition) {
        Optional<Broker> broker = image.broker(brokerId);
        if (broker.isEmpty() || broker.get().fullDirectories().isEmpty()) {
            return true;
        }
        return image.directoryOf(brokerId, topicId, partition)
                .map(directory -> !broker.get().fullDirectories().contains(directory.id()))
                .orElseGet(() -> broker.get().hasRoom());
    }

    private static boolean canUse(ClusterImage image, Broker broker, Uuid topicId, int partition) {
        return broker.directories().isEmpty()
                || image.directoryOf(broker.id(), topicId, partition)
                        .filter(directory -> !broker.directories().contains(directory.id()))
                        .isEmpty();
    }

    /**
     * A broker with a single directory does not say what is in it. When its directories may become others, this is
     * written down, so that a replica is not looked for in a directory in which it never was.
     *
     * @param registered the registration that is about to end
     */
    static Optional<Change> inOnlyDirectory(ClusterImage image, Broker registered) {
        if (registered.directories().size() != 1) {
            return Optional.empty();
        }
        ReplicaDirectory only = new ReplicaDirectory(registered.directories().getFirst(), "");
        Map<Uuid, List<Integer>> unassigned = new LinkedHashMap<>();
        for (Topic topic : image.topics()) {
            for (int index = 0; index < topic.partitions().size(); index++) {
                if (topic.partitions().get(index).isOn(registered.id())
                        && image.directoryOf(registered.id(), topic.id(), index).isEmpty()) {
                    unassigned
                            .computeIfAbsent(topic.id(), absent -> new ArrayList<>())
                            .add(index);
                }
            }
        }
        List<ReplicaAssignment> assignments = new ArrayList<>();
        unassigned.forEach((topicId, partitions) -> assignments.add(new ReplicaAssignment(only, topicId, partitions)));
        return assignments.isEmpty()
                ? Optional.empty()
                : Optional.of(new Change.ReplicasAssigned(registered.id(), assignments));
    }

    /** Why a request is not from the broker that is registered; empty if it is. */
    static Optional<Refusal> refusalOfSender(ClusterImage image, int brokerId, long epoch) {
        Optional<Broker> broker = image.broker(brokerId);
        if (broker.isEmpty()) {
            return Optional.of(new Refusal(
                    ErrorCode.BROKER_ID_NOT_REGISTERED, "There is no broker " + brokerId + ", it has to register."));
        }
        if (broker.get().epoch() != epoch) {
            return Optional.of(new Refusal(
                    ErrorCode.STALE_BROKER_EPOCH,
                    "The epoch of broker " + brokerId + " is " + broker.get().epoch() + ", not " + epoch + "."));
        }
        return Optional.empty();
    }
}

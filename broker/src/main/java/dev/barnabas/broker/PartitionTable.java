package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.Partition;
import dev.barnabas.replication.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of one loop: those that are open, those that are offline, and who waits for one that is about to be
 * opened. Owned by the loop; changed by its {@link Reconciler}.
 *
 * <p>Clients hear of a topic before its partitions are open. A producer pipelines: if its first batch were refused
 * until the partition is open and the second came just after that, the log, which knows nothing of the producer yet,
 * would accept the second as the first one. So batches wait here, in the order in which they came, and none is refused
 * because of the moment it comes.
 */
final class PartitionTable {

    private final Loop loop;
    private final Map<Uuid, @Nullable Partition[]> byTopic = new HashMap<>();
    /** Changed on the loop, read on others, too: what clients are told of a topic is put together anywhere. */
    private final Set<Place> offline = ConcurrentHashMap.newKeySet();

    private final Map<Place, List<Consumer<@Nullable Partition>>> awaited = new HashMap<>();
    private boolean stopped;

    private record Place(Uuid topicId, int index) {}

    PartitionTable(Loop loop) {
        this.loop = loop;
    }

    /** The partition, or null if it is not open here (it never was, is still being opened, or has failed). */
    @Nullable
    Partition find(Uuid topicId, int index) {
        loop.requireCurrent();
        @Nullable Partition[] ofTopic = byTopic.get(topicId);
        return ofTopic == null || index < 0 || index >= ofTopic.length ? null : ofTopic[index];
    }

    /**
     * Calls back with a partition that the image gives to this node, when it is open; at once if it is. With null if it
     * cannot be opened, or is not to be opened any more.
     */
    void whenOpen(Uuid topicId, int index, Consumer<@Nullable Partition> then) {
        Partition open = find(topicId, index);
        if (open != null || stopped || isOffline(topicId, index)) {
            then.accept(open);
        } else {
            awaited.computeIfAbsent(new Place(topicId, index), absent -> new ArrayList<>())
                    .add(then);
        }
    }

    /** Whether the partition is here and has failed. From any loop. */
    boolean isOffline(Uuid topicId, int index) {
        return !offline.isEmpty() && offline.contains(new Place(topicId, index));
    }

    /** Why {@link #find} does not find a partition, as clients are told. From any loop. */
    ErrorCode whyAbsent(Uuid topicId, int index) {
        return isOffline(topicId, index) ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }

    int offlineCount() {
        return offline.size();
    }

    /** The partition has failed: it is offline until the node is started again. */
    void fail(PartitionId id) {
        remove(id.topicId(), id.index());
        Place place = new Place(id.topicId(), id.index());
        offline.add(place);
        tell(place, null);
    }

    /** The topic is gone. Its open partitions stay until they are {@linkplain #remove removed}. */
    void forget(Uuid topicId) {
        loop.requireCurrent();
        offline.removeIf(place -> place.topicId.equals(topicId));
        for (Place place : List.copyOf(awaited.keySet())) {
            if (place.topicId.equals(topicId)) {
                tell(place, null);
            }
        }
    }

    /** The partition is no longer for this node. If it is open it stays until it is {@linkplain #remove removed}. */
    void forget(PartitionId id) {
        loop.requireCurrent();
        Place place = new Place(id.topicId(), id.index());
        offline.remove(place);
        tell(place, null);
    }

    /** Nothing is opened any more. */
    void stop() {
        loop.requireCurrent();
        stopped = true;
        List.copyOf(awaited.keySet()).forEach(place -> tell(place, null));
    }

    private void tell(Place place, @Nullable Partition partition) {
        List<Consumer<@Nullable Partition>> waiting = awaited.remove(place);
        if (waiting != null) {
            waiting.forEach(each -> each.accept(partition));
        }
    }

    void add(Partition partition) {
        loop.requireCurrent();
        int index = partition.id().index();
        @Nullable Partition[] ofTopic = byTopic.get(partition.id().topicId());
        if (ofTopic == null || ofTopic.length <= index) {
            @Nullable Partition[] grown = new @Nullable Partition[index + 1];
            if (ofTopic != null) {
                System.arraycopy(ofTopic, 0, grown, 0, ofTopic.length);
            }
            byTopic.put(partition.id().topicId(), grown);
            ofTopic = grown;
        }
        ofTopic[index] = partition;
        tell(new Place(partition.id().topicId(), index), partition);
    }

    /** Takes a partition out; it is not closed. */
    @Nullable
    Partition remove(Uuid topicId, int index) {
        Partition removed = find(topicId, index);
        @Nullable Partition[] ofTopic = byTopic.get(topicId);
        if (removed != null && ofTopic != null) {
            ofTopic[index] = null;
            for (Partition left : ofTopic) {
                if (left != null) {
                    return removed;
                }
            }
            byTopic.remove(topicId);
        }
        return removed;
    }

    List<Partition> all() {
        loop.requireCurrent();
        List<Partition> all = new ArrayList<>();
        for (@Nullable Partition[] ofTopic : byTopic.values()) {
            for (Partition partition : ofTopic) {
                if (partition != null) {
                    all.add(partition);
                }
            }
        }
        return all;
    }
}

package dev.barnabas.broker;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The open partitions of one loop. Owned by it. */
final class PartitionTable {

    private final Loop loop;
    private final Map<Uuid, @Nullable Partition[]> byTopic = new HashMap<>();

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

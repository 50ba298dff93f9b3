package dev.barnabas.metadata;

import dev.barnabas.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the brokers of a cluster store: for each partition the records that were acknowledged, and in each directory the
 * records that are there. Follows the rules of KIP-966: a record is acknowledged when all in-sync replicas have it and
 * enough replicas are in sync.
 */
final class ReplicaModel {

    /** @param topic its id */
    record PartitionKey(Uuid topic, int index) {}

    private record Place(Uuid directory, PartitionKey partition) {}

    private final Map<Place, List<Integer>> logs = new HashMap<>();
    private final Map<PartitionKey, Set<Integer>> acknowledged = new HashMap<>();
    private final Map<Integer, Uuid> directories = new HashMap<>();
    private final Set<Integer> running = new HashSet<>();
    private int records;

    boolean isRunning(int broker) {
        return running.contains(broker);
    }

    void crash(int broker) {
        running.remove(broker);
    }

    void start(int broker, Uuid directory) {
        running.add(broker);
        directories.put(broker, directory);
    }

    List<Integer> log(int broker, PartitionKey partition) {
        Uuid directory = directories.getOrDefault(broker, Uuid.ZERO);
        return logs.computeIfAbsent(new Place(directory, partition), absent -> new ArrayList<>());
    }

    /** The machine has lost what was not yet on its disks. */
    void losePart(Uuid directory, PartitionKey partition, double kept) {
        List<Integer> log = logs.get(new Place(directory, partition));
        if (log != null) {
            log.subList((int) (log.size() * kept), log.size()).clear();
        }
    }

    void beginAnew(int broker, PartitionKey partition) {
        log(broker, partition).clear();
    }

    /** The leader writes a record. */
    void produce(PartitionKey id, Partition partition) {
        if (partition.hasLeader() && running.contains(partition.leader())) {
            log(partition.leader(), id).add(++records);
        }
    }

    /** A follower does what its leader says: truncates where they differ, and takes over some of the rest. */
    void fetch(PartitionKey id, Partition partition, int follower, double share) {
        int leader = partition.leader();
        if (!partition.hasLeader() || follower == leader || !running.contains(leader) || !running.contains(follower)) {
            return;
        }
        List<Integer> source = log(leader, id);
        List<Integer> copy = log(follower, id);
        int common = 0;
        while (common < Math.min(source.size(), copy.size())
                && source.get(common).equals(copy.get(common))) {
            common++;
        }
        copy.subList(common, copy.size()).clear();
        int until = common + (int) Math.ceil((source.size() - common) * share);
        copy.addAll(source.subList(common, until));
    }

    boolean isCaughtUp(PartitionKey id, Partition partition, int follower) {
        return log(follower, id).equals(log(partition.leader(), id));
    }

    void acknowledge(PartitionKey id, Partition partition, int minInSync) {
        if (!partition.hasLeader()
                || !running.contains(partition.leader())
                || partition.inSyncReplicas().size()
                        < Math.min(minInSync, partition.replicas().size())) {
            return;
        }
        Set<Integer> everywhere = new LinkedHashSet<>(log(partition.leader(), id));
        for (int broker : partition.inSyncReplicas()) {
            everywhere.retainAll(log(broker, id));
        }
        acknowledged.computeIfAbsent(id, absent -> new LinkedHashSet<>()).addAll(everywhere);
    }

    Set<Integer> acknowledged(PartitionKey id) {
        return acknowledged.getOrDefault(id, Set.of());
    }

    boolean hasAllAcknowledged(PartitionKey id, int broker) {
        return new HashSet<>(log(broker, id)).containsAll(acknowledged(id));
    }

    /** Records are given up: a replica leads that misses some. */
    void giveUpWhatMisses(PartitionKey id, int leader) {
        Set<Integer> known = acknowledged.get(id);
        if (known != null) {
            known.retainAll(log(leader, id));
        }
    }
}

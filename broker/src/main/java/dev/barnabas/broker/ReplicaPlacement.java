package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.metadata.ReplicaAssignment;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.PartitionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the directories of new replicas: of those that work and have room, the one with the fewest replicas; of
 * several, the one with the most room. The cluster is told before anybody uses the choice, so that a replica whose
 * directory is gone later is known to have been there.
 *
 * <p>Fewest replicas, as Kafka has it, and not most room: a new topic is empty, so that all of its partitions, and all
 * of the next topic's, would go to the same disk, which then does all the writing. Kafka's users complain that it does
 * not look at the room at all and goes on filling the smaller disk. So a directory without room gets nothing new as
 * long as another one has some.
 *
 * <p>Owned by the first loop. Where there is only one directory there is nothing to choose, and nothing is asked.
 */
final class ReplicaPlacement {

    private static final Logger log = LoggerFactory.getLogger(ReplicaPlacement.class);

    private final List<DataDirectory> directories;
    private final long reserveBytes;
    private final Loop loop;
    private final ReplicaAssignments assigned;

    /** @param reserveBytes a directory with less than that has no room */
    ReplicaPlacement(List<DataDirectory> directories, long reserveBytes, Loop loop, ReplicaAssignments assigned) {
        this.directories = List.copyOf(directories);
        this.reserveBytes = reserveBytes;
        this.loop = loop;
        this.assigned = assigned;
    }

    /**
     * Chooses for new replicas. From any loop.
     *
     * @param then called on {@code asker} with the indexes of directories; a replica that has none could not be placed
     */
    void place(List<PartitionId> replicas, Loop asker, Consumer<Map<PartitionId, Integer>> then) {
        if (directories.size() == 1) {
            Map<PartitionId, Integer> all = new HashMap<>();
            replicas.forEach(replica -> all.put(replica, 0));
            then.accept(all);
        } else {
            loop.execute(() -> choose(replicas, asker, then));
        }
    }

    /** A replica is not in that directory any more. From any loop. */
    void release(int directory) {
        if (directories.size() > 1) {
            loop.execute(() -> directories.get(directory).removeReplica());
        }
    }

    private void choose(List<PartitionId> replicas, Loop asker, Consumer<Map<PartitionId, Integer>> then) {
        long[] room = new long[directories.size()];
        for (DataDirectory directory : directories) {
            room[directory.index()] =
                    directory.disk().map(ReplicaPlacement::room).orElse(0L);
        }
        Map<PartitionId, Integer> chosen = new LinkedHashMap<>();
        Map<DataDirectory, Map<Uuid, List<Integer>>> byDirectory = new LinkedHashMap<>();
        for (PartitionId replica : replicas) {
            DataDirectory directory = best(room);
            directory.addReplica();
            chosen.put(replica, directory.index());
            byDirectory
                    .computeIfAbsent(directory, absent -> new LinkedHashMap<>())
                    .computeIfAbsent(replica.topicId(), absent -> new ArrayList<>())
                    .add(replica.index());
        }
        List<ReplicaAssignment> assignments = new ArrayList<>();
        byDirectory.forEach((directory, byTopic) -> byTopic.forEach((topicId, partitions) ->
                assignments.add(new ReplicaAssignment(directory.identity(), topicId, partitions))));
        assigned.assign(assignments, asker, why -> {
            if (why.isEmpty()) {
                then.accept(chosen);
            } else {
                loop.execute(() -> refused(replicas, chosen, why.get(), asker, then));
            }
        });
    }

    private void refused(
            List<PartitionId> replicas,
            Map<PartitionId, Integer> chosen,
            String why,
            Loop asker,
            Consumer<Map<PartitionId, Integer>> then) {
        chosen.values().forEach(this::release);
        if (chosen.values().stream().anyMatch(index -> directories.get(index).hasFailed())) {
            // It has failed since it was chosen, and the cluster knows.
            loop.execute(() -> choose(replicas, asker, then));
            return;
        }
        log.error("New partitions have no directory: the choice is refused partitions={} why={}", replicas, why);
        asker.execute(() -> then.accept(Map.of()));
    }

    private DataDirectory best(long[] room) {
        // The first one always works: without it there is no node.
        DataDirectory best = directories.getFirst();
        for (DataDirectory other : directories) {
            if (!other.hasFailed() && isBetter(other, best, room)) {
                best = other;
            }
        }
        return best;
    }

    private boolean isBetter(DataDirectory one, DataDirectory other, long[] room) {
        boolean oneHasRoom = room[one.index()] > reserveBytes;
        boolean otherHasRoom = room[other.index()] > reserveBytes;
        if (oneHasRoom != otherHasRoom) {
            return oneHasRoom;
        }
        if (one.replicas() != other.replicas()) {
            return one.replicas() < other.replicas();
        }
        return room[one.index()] > room[other.index()];
    }

    private static long room(Disk disk) {
        try {
            return disk.usableBytes();
        } catch (IOException unknown) {
            // Whoever appends there finds out what is wrong with it; nothing new goes there.
            return 0;
        }
    }
}

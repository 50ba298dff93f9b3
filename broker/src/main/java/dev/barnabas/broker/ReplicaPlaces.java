package dev.barnabas.broker;

import dev.barnabas.metadata.ClusterImage;
import dev.barnabas.metadata.ReplicaAssignment;
import dev.barnabas.metadata.ReplicaDirectory;
import dev.barnabas.metadata.Topic;
import dev.barnabas.protocol.Uuid;
import dev.barnabas.replication.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the replicas of a node are when it starts: from what was found in the directories and what the cluster knows.
 *
 * <ul>
 *   <li>A folder that was found is right, also where the cluster has it elsewhere: then the operator has moved it. If
 *       there are several, the one in the directory that the cluster knows is.
 *   <li>A replica that is known to be in a directory that is not here is lost until the directory is back. If it is the
 *       only one it is never begun anew: clients would take the empty log for the whole one. If there are others, and
 *       all directories that are set work, its own was taken away for good: it begins anew and fetches what it had,
 *       after the cluster has been told that it is not to be elected (KIP-966).
 *   <li>So is one of which nothing is known while a directory has failed in which it might be.
 *   <li>Everything else is new, or was created just before a crash.
 * </ul>
 *
 * @param directories indexes of directories, by folder
 * @param lost folders that are somewhere else
 * @param unknown what the cluster is to be told
 * @param begunAnew replicas whose directory was taken away, and whose records others have; the cluster is to be told
 *     before they begin empty
 */
record ReplicaPlaces(
        Map<String, Integer> directories,
        Set<String> lost,
        List<ReplicaAssignment> unknown,
        List<ReplicaAssignment> begunAnew) {

    private static final Logger log = LoggerFactory.getLogger(ReplicaPlaces.class);

    /**
     * @param all of {@code log.dirs}, identified; they are told how many replicas they have
     * @param found indexes of the directories in which a folder was found
     */
    static ReplicaPlaces of(ClusterImage image, int nodeId, List<DataDirectory> all, Map<String, List<Integer>> found) {
        Map<String, Integer> directories = new HashMap<>();
        Set<String> lost = new HashSet<>();
        Map<String, Integer> lostByDirectory = new TreeMap<>();
        Map<ReplicaDirectory, Map<Uuid, List<Integer>>> unknown = new LinkedHashMap<>();
        Map<Uuid, List<Integer>> lostForGood = new LinkedHashMap<>();
        boolean anyFailed = all.stream().anyMatch(DataDirectory::hasFailed);
        for (Topic topic : image.topics()) {
            for (int index = 0; index < topic.partitions().size(); index++) {
                if (!topic.partitions().get(index).replicas().contains(nodeId)) {
                    continue;
                }
                String folder = new PartitionId(topic.id(), topic.name(), index).folder();
                Optional<ReplicaDirectory> known = image.directoryOf(nodeId, topic.id(), index);
                Optional<DataDirectory> assigned = known.flatMap(directory -> usable(all, directory.id()));
                Optional<DataDirectory> at = at(all, found.getOrDefault(folder, List.of()), assigned, folder);
                if (at.isPresent()) {
                    DataDirectory directory = at.get();
                    directories.put(folder, directory.index());
                    directory.addReplica();
                    if (all.size() > 1
                            && known.map(ReplicaDirectory::id)
                                    .filter(directory.identity().id()::equals)
                                    .isEmpty()) {
                        unknown.computeIfAbsent(directory.identity(), absent -> new LinkedHashMap<>())
                                .computeIfAbsent(topic.id(), absent -> new ArrayList<>())
                                .add(index);
                    }
                } else if (known.isPresent()
                        && !anyFailed
                        && topic.partitions().get(index).replicas().size() > 1) {
                    lostForGood
                            .computeIfAbsent(topic.id(), absent -> new ArrayList<>())
                            .add(index);
                } else if (known.isPresent() || anyFailed) {
                    lost.add(folder);
                    lostByDirectory.merge(
                            known.map(directory -> directory.name() + " (directory.id " + directory.id() + ")")
                                    .orElse("not known"),
                            1,
                            Integer::sum);
                }
            }
        }
        lostByDirectory.forEach((directory, partitions) -> log.error(
                "Partitions are offline: the directory they are in is not here; bring it back, or delete their topics"
                        + " directory={} partitions={}",
                directory,
                partitions));
        List<ReplicaAssignment> assignments = new ArrayList<>();
        unknown.forEach((directory, byTopic) -> byTopic.forEach(
                (topicId, partitions) -> assignments.add(new ReplicaAssignment(directory, topicId, partitions))));
        List<ReplicaAssignment> begunAnew = new ArrayList<>();
        lostForGood.forEach((topicId, partitions) ->
                begunAnew.add(new ReplicaAssignment(ReplicaDirectory.LOST, topicId, partitions)));
        return new ReplicaPlaces(directories, lost, assignments, begunAnew);
    }

    private static Optional<DataDirectory> at(
            List<DataDirectory> all, List<Integer> found, Optional<DataDirectory> assigned, String folder) {
        if (found.isEmpty()) {
            return assigned;
        }
        int chosen = assigned.map(DataDirectory::index).filter(found::contains).orElse(found.getFirst());
        if (found.size() > 1) {
            log.warn(
                    "A partition is in several directories; one is used, delete the others folder={} directories={}"
                            + " used={}",
                    folder,
                    found.stream().map(index -> all.get(index).name()).toList(),
                    all.get(chosen).name());
        }
        return Optional.of(all.get(chosen));
    }

    private static Optional<DataDirectory> usable(List<DataDirectory> all, Uuid id) {
        return all.stream()
                .filter(directory ->
                        !directory.hasFailed() && directory.identity().id().equals(id))
                .findFirst();
    }
}

package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.replication.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** Which directory holds which partition of one loop. Owned by the loop. */
final class PartitionFolders {

    private final List<Directory> directories;
    private final List<LogDirectory> opened;
    private final Map<String, Integer> places;
    private final Set<String> lost;

    /** @param directories one for each of {@code log.dirs}, as this loop uses it */
    PartitionFolders(List<Directory> directories, ReplicaPlaces atStart) {
        this.directories = new ArrayList<>(directories);
        this.opened = new ArrayList<>();
        for (Directory directory : directories) {
            if (directory instanceof Directory.Usable usable) {
                opened.add(usable.logs());
            }
        }
        this.places = new HashMap<>(atStart.directories());
        this.lost = atStart.lost();
    }

    /** A directory of {@code log.dirs}. */
    sealed interface Directory {

        /** As the operator named it. */
        String name();

        /** @param logs those in it that belong to one loop */
        record Usable(Disk disk, LogDirectory logs) implements Directory {
            @Override
            public String name() {
                return disk.name();
            }
        }

        record Failed(String name) implements Directory {}
    }

    void put(PartitionId id, int directory) {
        places.put(id.folder(), directory);
    }

    /** Says where it was. */
    OptionalInt forget(PartitionId id) {
        Integer known = places.remove(id.folder());
        return known == null ? OptionalInt.empty() : OptionalInt.of(known);
    }

    /** The index in {@link #all} of the directory where a partition is; empty if it has no place (yet). */
    OptionalInt directoryOf(PartitionId id) {
        Integer known = places.get(id.folder());
        return known == null ? OptionalInt.empty() : OptionalInt.of(known);
    }

    /** Whether a partition exists somewhere else, where this node cannot reach it. */
    boolean isLost(PartitionId id) {
        return lost.contains(id.folder());
    }

    Directory directory(int index) {
        return directories.get(index);
    }

    boolean hasFailed(int index) {
        return directories.get(index) instanceof Directory.Failed;
    }

    void fail(int index) {
        directories.set(index, new Directory.Failed(directories.get(index).name()));
    }

    /** In the order of {@code log.dirs}. */
    List<Directory> all() {
        return List.copyOf(directories);
    }

    List<String> failed() {
        return directories.stream()
                .filter(directory -> directory instanceof Directory.Failed)
                .map(Directory::name)
                .toList();
    }

    /** All that have to be closed, those of failed directories included. */
    List<LogDirectory> opened() {
        return List.copyOf(opened);
    }
}

package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.log.LogDirectory;
import dev.barnabas.replication.PartitionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Which directory holds which partition of one loop: where its folder is, and where a new one goes (the directory with
 * the fewest). Owned by the loop.
 */
final class PartitionFolders {

    private final List<Directory> directories;
    private final Map<String, Integer> found;
    private final int[] held;

    /**
     * @param directories one for each of {@code log.dirs}, as this loop uses it
     * @param found the folders that were there at the start, with the index of their directory; shared by the loops
     */
    PartitionFolders(List<Directory> directories, Map<String, Integer> found) {
        this.directories = List.copyOf(directories);
        this.found = new HashMap<>(found);
        this.held = new int[directories.size()];
    }

    /** Where a partition is, or is going to be from now on. */
    Directory place(PartitionId id) {
        Integer known = found.get(id.folder());
        int index = known == null ? fewest() : known;
        if (known == null) {
            found.put(id.folder(), index);
        }
        held[index]++;
        return directories.get(index);
    }

    void forget(PartitionId id) {
        Integer known = found.remove(id.folder());
        if (known != null) {
            held[known]--;
        }
    }

    /** The index in {@link #all} of the directory where a partition is; empty if it has no place. */
    OptionalInt directoryOf(PartitionId id) {
        Integer known = found.get(id.folder());
        return known == null ? OptionalInt.empty() : OptionalInt.of(known);
    }

    List<Directory> all() {
        return directories;
    }

    private int fewest() {
        int best = 0;
        for (int index = 1; index < held.length; index++) {
            if (held[index] < held[best]) {
                best = index;
            }
        }
        return best;
    }

    /** A directory of {@code log.dirs}, and the logs in it that belong to one loop. */
    record Directory(Disk disk, LogDirectory logs) {}
}

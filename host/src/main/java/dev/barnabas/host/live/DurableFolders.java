package dev.barnabas.host.live;

import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which folders of a disk are known to exist after a crash, so that a sync of a file need not sync the whole path to it
 * every time. From any thread.
 */
final class DurableFolders {
    private static final char AFTER_SLASH = '/' + 1;

    private final NavigableSet<String> known = new TreeSet<>();
    private long changes;

    /**
     * After a folder was renamed, replaced or deleted: nothing is known any more of it and of what is below it, and
     * syncs that run now find out nothing.
     */
    synchronized void changed(String folder) {
        changes++;
        known.remove(folder);
        known.subSet(folder + '/', folder + AFTER_SLASH).clear();
    }

    /** The folders to sync so that the names of these files survive. */
    synchronized ToSync toSync(Iterable<String> files) {
        Set<String> toSync = new HashSet<>();
        Set<String> thenDurable = new HashSet<>();
        for (String file : files) {
            String folder = Paths.folder(file);
            toSync.add(folder);
            while (!folder.isEmpty() && !known.contains(folder) && thenDurable.add(folder)) {
                folder = Paths.folder(folder);
                toSync.add(folder);
            }
        }
        return new ToSync(toSync, thenDurable, changes);
    }

    synchronized void synced(ToSync done) {
        if (done.changes == changes) {
            known.addAll(done.thenDurable);
        }
    }

    /**
     * @param folders whose entries have to be made durable; the caller may add to them
     * @param thenDurable folders that are then known to survive
     * @param changes when this was found out
     */
    record ToSync(Set<String> folders, Set<String> thenDurable, long changes) {}
}

package dev.barnabas.broker;

import dev.barnabas.host.Disk;
import dev.barnabas.host.Loop;
import dev.barnabas.protocol.Uuid;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the room in the directories. One with less than {@code barnabas.disk.reserve.bytes} is full: nothing is
 * appended there, and the cluster is told, so that others lead what is in it. It is full until a quarter more than the
 * reserve is free: partitions must not come and go with every segment that is deleted and written again.
 *
 * <p>Owned by the first loop.
 */
final class DirectoryRoom {

    private static final Logger log = LoggerFactory.getLogger(DirectoryRoom.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final List<DataDirectory> directories;
    private final long reserveBytes;
    private final Loop loop;
    private final Consumer<List<Uuid>> changed;
    /** Indexes. Read on other loops, too. */
    private volatile Set<Integer> full = Set.of();

    /** @param changed told the ids of all that are full, whenever those are others than before */
    DirectoryRoom(List<DataDirectory> directories, long reserveBytes, Loop loop, Consumer<List<Uuid>> changed) {
        this.directories = List.copyOf(directories);
        this.reserveBytes = reserveBytes;
        this.loop = loop;
        this.changed = changed;
    }

    /** Looks at once, and from now on regularly. */
    void watch() {
        look();
        loop.schedule(INTERVAL, this::watch);
    }

    /** Appends were refused for want of room. From any loop. */
    void lookSoon() {
        loop.execute(this::look);
    }

    /** Whether a directory has no room. From any loop. */
    boolean isFull(int directory) {
        return full.contains(directory);
    }

    /** The directories without room, as the operator named them. From any loop. */
    List<String> full() {
        Set<Integer> now = full;
        return directories.stream()
                .filter(directory -> now.contains(directory.index()))
                .map(DataDirectory::name)
                .toList();
    }

    private void look() {
        loop.requireCurrent();
        Set<Integer> now = new TreeSet<>();
        for (DataDirectory directory : directories) {
            if (isFullNow(directory)) {
                now.add(directory.index());
            }
        }
        if (!now.equals(full)) {
            full = Set.copyOf(now);
            List<Uuid> ids = new ArrayList<>();
            now.forEach(index -> ids.add(directories.get(index).identity().id()));
            changed.accept(ids);
        }
    }

    private boolean isFullNow(DataDirectory directory) {
        Optional<Disk> disk = directory.disk();
        if (disk.isEmpty()) {
            return false;
        }
        boolean before = isFull(directory.index());
        long free;
        try {
            free = disk.get().usableBytes();
        } catch (IOException unknown) {
            // Whoever appends there finds out what is wrong with it.
            return before;
        }
        if (!before && free < Math.max(1, reserveBytes)) {
            log.warn(
                    "A directory is full: what is in it is led by other brokers where one in sync has room, elsewhere"
                            + " producers are refused; free space, shorten retention, or delete topics directory={}"
                            + " freeBytes={} reserveBytes={}",
                    directory.name(),
                    free,
                    reserveBytes);
            return true;
        }
        if (before && free >= enough()) {
            log.info("A directory has room again directory={} freeBytes={}", directory.name(), free);
            return false;
        }
        return before;
    }

    private long enough() {
        return Math.max(1, reserveBytes + reserveBytes / 4);
    }
}

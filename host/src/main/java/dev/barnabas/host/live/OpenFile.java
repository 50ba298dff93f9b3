package dev.barnabas.host.live;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file that has handles: what they share. It has a descriptor only while that is in the cache.
 *
 * <p>Contents and size change by the one who appends; {@link #path}, {@link #handles} reaching 0, {@link #descriptor}
 * and {@link #unlinked} change under the lock of {@link FileTable}; the rest is read and advanced by group commit.
 */
final class OpenFile {
    /** Where it is now; renames change it. */
    volatile String path;

    volatile long size;

    /** Bytes reserved behind the end, as far as known. */
    volatile long reserved;

    volatile @Nullable Descriptor descriptor;

    /** No longer to be found by its path: the descriptor is all there is of it, and is kept. */
    volatile boolean unlinked;

    /** Handles, and syncs that are under way. */
    final AtomicInteger handles = new AtomicInteger(1);

    /**
     * How often the contents changed, and how often they had when they were last made durable. A file that is found on
     * disk counts as changed: the process that wrote it may have been killed before it synced.
     */
    private final AtomicLong changes = new AtomicLong(1);

    private volatile long durableChanges;

    /** The same for its name in its folder. */
    private final AtomicLong nameChanges = new AtomicLong(1);

    private volatile long durableNameChanges;

    /** A descriptor with unsynced changes was closed: only syncfs is sure to be told if they could not be written. */
    volatile boolean unwatched;

    /** Why nothing can be appended any more, until it is opened anew. */
    volatile @Nullable IOException broken;

    OpenFile(String path, long size) {
        this.path = path;
        this.size = size;
    }

    /**
     * After contents or size were touched, and before the descriptor that it was done with is released. Not before: a
     * sync that runs at the same time would note the change as durable and might still miss it.
     */
    void change() {
        changes.incrementAndGet();
    }

    /** After the name was changed. */
    void changeName() {
        nameChanges.incrementAndGet();
    }

    boolean changed() {
        return changes.get() != durableChanges;
    }

    long changes() {
        return changes.get();
    }

    boolean nameChanged() {
        return nameChanges.get() != durableNameChanges;
    }

    long nameChanges() {
        return nameChanges.get();
    }

    /** Everything up to that change is on stable storage. Only by group commit, one at a time. */
    void durable(long upToChange) {
        durableChanges = upToChange;
    }

    void nameDurable(long upToChange) {
        durableNameChanges = upToChange;
    }

    /** Keeps it in the table for the time of a sync, unless its last handle is closed already. */
    boolean retain() {
        int now = handles.get();
        while (now > 0) {
            if (handles.compareAndSet(now, now + 1)) {
                return true;
            }
            now = handles.get();
        }
        return false;
    }
}

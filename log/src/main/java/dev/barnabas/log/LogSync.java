package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.host.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What of one log is on stable storage: keeps account of what is not, has it synced as the settings demand, and writes
 * checkpoints of what is. Owned by the log's loop.
 */
final class LogSync {
    /** A checkpoint is due after so many bytes... */
    private static final int CHECKPOINT_BYTES = 4 << 20;
    /** ... or so many times its own size, if that is more: checkpoints must not become the work. */
    private static final long CHECKPOINT_RATIO = 32;

    /** A larger one is written the less often. */
    private static final int CHEAP_CHECKPOINT_BYTES = 4 << 10;

    private final PartitionLog log;
    private final LogDirectory directory;
    private CheckpointJournal journal;

    /** Whether {@link Syncs} knows already. */
    boolean wanted;

    private final List<Segment> dirty = new ArrayList<>(1);
    private List<Consumer<@Nullable IOException>> waiters = new ArrayList<>(0);
    private int generation;
    private long syncedEnd;
    private long stableEnd;
    private long unsyncedRecords;
    private boolean appended;

    private long bytesSinceCheckpoint;
    private boolean checkpointWanted;
    /** The contents are about to be replaced: what is known of them is not to be written down any more. */
    private boolean replacing;
    /** Segments are about to be replaced: no state is written until they are. */
    private boolean held;
    /** Counts how often that was so: a state that was taken before is out of date. */
    private int states;

    /** Base offset of the active segment in the last checkpoint that was written, and in the last that is stable. */
    private long writtenBase;

    private long stableBase;

    private Loop.@Nullable Timer flushTimer;
    private Loop.@Nullable Timer checkpointTimer;

    LogSync(PartitionLog log, LogDirectory directory, Recovery.Recovered recovered) {
        this.log = log;
        this.directory = directory;
        this.journal = recovered.journal();
        this.syncedEnd = recovered.contents().nextOffset;
        this.stableEnd = syncedEnd;
        this.writtenBase = recovered.checkpointedBase();
        this.stableBase = writtenBase;
        this.checkpointWanted = !recovered.checkpointed();
        checkpointLater();
    }

    /**
     * Segments that begin before this offset can be deleted: after a crash they are not needed to find out what came
     * after them.
     */
    long stableCheckpointBase() {
        return stableBase;
    }

    long stableEnd() {
        return stableEnd;
    }

    CheckpointJournal journal() {
        return journal;
    }

    /** Bytes were appended to a segment. */
    void written(Segment segment, int bytes, long records) {
        touched(segment);
        unsyncedRecords += records;
        bytesSinceCheckpoint += bytes;
        appended = true;
    }

    /** The segment, or its index, has something that is not synced. */
    void touched(Segment segment) {
        if (!segment.dirty) {
            segment.dirty = true;
            dirty.add(segment);
        }
    }

    /** The segment is no longer part of the log. */
    void removed(Segment segment) {
        if (segment.dirty) {
            segment.dirty = false;
            dirty.remove(segment);
        }
    }

    /** A segment has got its last batch. */
    void rolled(Segment segment) {
        touched(segment);
        checkpointWanted = true;
        if (log.settings().flush().durability() == Durability.AFTER_WRITE) {
            directory.syncs().want(this);
        }
    }

    /** All appends of this turn have been written: true if that made some stable. */
    boolean turnEnded() {
        if (!appended) {
            return false;
        }
        appended = false;
        LogSettings.Flush flush = log.settings().flush();
        if (flush.durability() == Durability.AFTER_SYNC) {
            directory.syncs().want(this);
            return false;
        }
        if (unsyncedRecords >= flush.messages()) {
            directory.syncs().want(this);
        } else if (flush.ms() != Long.MAX_VALUE && flushTimer == null) {
            flushTimer = directory.loop().schedule(Duration.ofMillis(flush.ms()), () -> {
                flushTimer = null;
                directory.syncs().want(this);
            });
        }
        return advance(log.endOffset());
    }

    /** Syncs what there is and writes a checkpoint. */
    void checkpoint() {
        checkpointWanted = true;
        directory.syncs().want(this);
    }

    /** Whether a checkpoint would say anything new. */
    boolean hasNews() {
        return bytesSinceCheckpoint > 0 || checkpointWanted;
    }

    /**
     * Calls back when everything that was appended or written to the journal so far is on stable storage, or cannot be.
     */
    void whenSynced(Consumer<@Nullable IOException> then) {
        waiters.add(then);
        directory.syncs().want(this);
    }

    /** Settings have changed. */
    void reconsider() {
        if (syncedEnd < log.endOffset() && log.settings().flush().durability() == Durability.AFTER_SYNC) {
            directory.syncs().want(this);
        }
        if (log.settings().flush().durability() == Durability.AFTER_WRITE && advance(log.endOffset())) {
            log.stableEndAdvanced();
        }
    }

    /** Adds what is dirty to a sync that begins now; null if the log cannot take part any more. */
    @Nullable
    SyncMark begin(List<DiskFile> files) {
        List<DiskFile> opened = new ArrayList<>(0);
        List<Consumer<@Nullable IOException>> mine = waiters;
        waiters = new ArrayList<>(0);
        if (!log.isOpen()) {
            IOException closed = new IOException(log.folder() + " is not open any more");
            mine.forEach(each -> each.accept(closed));
            return null;
        }
        try {
            Disk disk = directory.disk();
            for (Segment segment : dirty) {
                segment.dirty = false;
                files.add(directory.openFiles().use(segment, directory.clock().nanos()));
                if (segment.index.unsynced) {
                    segment.index.unsynced = false;
                    opened.add(disk.open(segment.index.path));
                }
            }
            dirty.clear();
            journal.collect(opened);
            files.addAll(opened);
        } catch (IOException fault) {
            log.fail("syncing", fault);
            mine.forEach(each -> each.accept(fault));
            return null;
        }
        unsyncedRecords = 0;
        ByteBuffer state = null;
        if (!replacing && !held && isCheckpointDue()) {
            state = CheckpointCodec.state(log.contents());
            log.contents().stateTaken();
            bytesSinceCheckpoint = 0;
            checkpointWanted = false;
        }
        long end = log.contents().nextOffset;
        return new SyncMark(
                this, generation, end, state, states, activeBase(), writtenBase, journal.newest(), opened, mine);
    }

    private long activeBase() {
        Segment active = log.contents().active();
        return active == null ? log.contents().nextOffset : active.baseOffset;
    }

    /**
     * What is stable is known to be so before long: then it is not read after a crash, when nobody could tell records
     * that have rotted since from some that were never written completely.
     */
    private void checkpointLater() {
        if (checkpointTimer != null || !hasNews() || log.settings().flush().durability() != Durability.AFTER_SYNC) {
            return;
        }
        long factor = Math.max(1, journal.stateBytes() / CHEAP_CHECKPOINT_BYTES);
        checkpointTimer = directory
                .loop()
                .schedule(directory.settings().checkpointInterval().multipliedBy(factor), () -> {
                    checkpointTimer = null;
                    if (log.isOpen() && hasNews()) {
                        checkpoint();
                    }
                });
    }

    private boolean isCheckpointDue() {
        return checkpointWanted
                || bytesSinceCheckpoint >= Math.max(CHECKPOINT_BYTES, CHECKPOINT_RATIO * journal.stateBytes());
    }

    /** The sync has ended. */
    void end(SyncMark mark, @Nullable IOException fault) {
        mark.opened().forEach(DiskFile::close);
        if (fault == null && log.isOpen()) {
            journal.synced(mark.journalNumber(), directory.loop());
            if (mark.generation() == generation && !replacing) {
                syncedEnd = Math.max(syncedEnd, mark.endOffset());
                stableBase = Math.max(stableBase, mark.checkpointedBase());
                writeCheckpoint(mark);
                if (advance(syncedEnd)) {
                    log.stableEndAdvanced();
                }
            }
            checkpointLater();
        }
        mark.waiters().forEach(each -> each.accept(fault));
    }

    private void writeCheckpoint(SyncMark mark) {
        ByteBuffer state = mark.checkpoint();
        if (state == null) {
            return;
        }
        if (held || mark.states() != states) {
            checkpointWanted = true;
            return;
        }
        try {
            journal.appendState(state);
            writtenBase = mark.activeBase();
            // It is of use only when it is stable, and nobody knows when something is appended again.
            directory.syncs().want(this);
        } catch (DiskFullException full) {
            // The one before still holds; recovery would read a little more.
            checkpointWanted = true;
        } catch (IOException fault) {
            log.fail("writing a checkpoint", fault);
        }
    }

    private boolean advance(long endOffset) {
        if (endOffset <= stableEnd) {
            return false;
        }
        stableEnd = endOffset;
        return true;
    }

    /**
     * The contents are going to be replaced. From now on no checkpoint is written: one that came after the journal's
     * entry about it would say that it is done.
     */
    void replacing() {
        replacing = true;
        generation++;
    }

    /**
     * Segments are going to be replaced. Until that is done no state is written: one that came after the journal's
     * entry about it would say that it is done. Appends are synced and acknowledged as ever.
     */
    void holdStates() {
        held = true;
        states++;
    }

    void releaseStates() {
        held = false;
    }

    /** The log has other contents now, all on stable storage; syncs that are under way say nothing about them. */
    void replaced(Recovery.Recovered recovered) {
        journal = recovered.journal();
        forgetDirty();
        replacing = false;
        generation++;
        syncedEnd = recovered.contents().nextOffset;
        stableEnd = syncedEnd;
        writtenBase = recovered.checkpointedBase();
        stableBase = writtenBase;
        unsyncedRecords = 0;
        bytesSinceCheckpoint = 0;
        checkpointWanted = !recovered.checkpointed();
        checkpointLater();
    }

    /** Nothing is going to be synced any more. */
    void stop() {
        forgetDirty();
        generation++;
        if (flushTimer != null) {
            flushTimer.cancel();
            flushTimer = null;
        }
        if (checkpointTimer != null) {
            checkpointTimer.cancel();
            checkpointTimer = null;
        }
    }

    private void forgetDirty() {
        dirty.forEach(each -> each.dirty = false);
        dirty.clear();
    }
}

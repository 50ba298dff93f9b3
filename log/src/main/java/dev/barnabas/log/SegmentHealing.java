package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Replaces the damaged records of one segment by those of another replica: a worker copies what is whole into a new
 * file ({@link SegmentMend}), what is not is fetched, and when all of it is on stable storage the new file takes the
 * place of the old one as after a compaction ({@link SegmentSwap}). Until then nothing of the log changes: whatever
 * goes wrong, and wherever the machine loses its power, this replica has all that it had before.
 *
 * <p>So a replica never has to give up the whole records that it has in order to get the others, which matters most
 * when several replicas have damaged ones. It stays in sync: what it has acknowledged at the end of the log is there.
 *
 * <p>Owned by the log's loop.
 */
final class SegmentHealing {
    /** Behind this, reading and writing for others matters more. */
    private static final double BYTES_PER_SECOND = 32 << 20;

    private static final int FETCH_BYTES = 1 << 20;
    /** Syncs of what was written are small: appends of other logs wait for them. */
    private static final int SYNC_BYTES = 8 << 20;

    private final PartitionLog log;
    private final LogDirectory directory;
    private final LogContents contents;
    private final Segment segment;
    private final long endOffset;
    private final HealthyReplica replica;
    private final LogAnswer<Healed> then;
    private final String id;
    private final List<DiskFile> open = new ArrayList<>();
    private final CompactedFile output;
    private final SegmentMend mend;
    private long synced;

    private SegmentHealing(
            PartitionLog log, LogDirectory directory, Segment segment, HealthyReplica replica, LogAnswer<Healed> then)
            throws IOException {
        this.log = log;
        this.directory = directory;
        this.contents = log.contents();
        this.segment = segment;
        this.endOffset = contents.endOffset(contents.segments.indexOf(segment));
        this.replica = replica;
        this.then = then;
        this.id = Replacement.newId(directory.clock().wallMs(), directory.nextTrash());
        long base = segment.baseOffset;
        DiskFile file = openFile(segment.path);
        this.output = new CompactedFile(
                openFile(Replacement.path(log.folder(), base, id)),
                openFile(Replacement.indexPath(log.folder(), base, id)),
                base,
                log.settings().segments().indexIntervalBytes());
        KnownHeaders headers = contents.headers(contents.segments.indexOf(segment));
        boolean gapsElsewhere = log.settings().compaction().compact();
        this.mend = new SegmentMend(
                new SegmentMend.Damaged(file, base, segment.size, contents.startOffset, headers, gapsElsewhere),
                output);
    }

    /** Heals the segment that has an offset. */
    static void begin(
            PartitionLog log, LogDirectory directory, long offset, HealthyReplica replica, LogAnswer<Healed> then) {
        LogContents contents = log.contents();
        if (!log.isOpen()) {
            then.refused(log.notOpen());
            return;
        }
        int index = contents.floor(Math.max(offset, contents.startOffset));
        if (index < 0 || offset >= contents.nextOffset) {
            then.refused(log.outOfRange(offset));
            return;
        }
        Segment segment = contents.segments.get(index);
        if (contents.endOffset(index) > contents.highWatermark) {
            // What is not committed yet may be something else in other replicas.
            then.refused(LogDirectory.storageError("The damaged segment is not committed yet"));
            return;
        }
        if (segment == contents.active() && log.tryRoll() != null) {
            then.refused(log.notOpen());
            return;
        }
        directory.checkSpace();
        if (!directory.hasRoomFor(segment.size)) {
            then.refused(LogDirectory.diskFull(directory.disk().name()));
            return;
        }
        SegmentHealing healing;
        try {
            healing = new SegmentHealing(log, directory, segment, replica, then);
        } catch (IOException fault) {
            then.refused(LogDirectory.storageError(String.valueOf(fault.getMessage())));
            return;
        }
        healing.copy();
    }

    private DiskFile openFile(String path) throws IOException {
        try {
            DiskFile file = directory.disk().open(path);
            open.add(file);
            return file;
        } catch (IOException fault) {
            open.forEach(DiskFile::close);
            throw fault;
        }
    }

    private boolean isCurrent() {
        return log.isOpen() && log.contents() == contents && contents.segments.contains(segment);
    }

    private void copy() {
        work(mend, progress -> {
            SegmentMend.Hole hole = progress.hole();
            if (hole != null) {
                pause(progress.bytes(), this::fill);
            } else if (progress.isDone() && mend.holes() == 0) {
                // What was read then is not what is read now.
                discard();
                log.healed(segment.baseOffset, endOffset);
                then.done(new Healed(segment.baseOffset, endOffset, 0, 0));
            } else if (progress.isDone()) {
                pause(progress.bytes(), this::written);
            } else {
                pause(progress.bytes(), () -> syncNowAndThen(this::copy));
            }
        });
    }

    private void fill() {
        if (mend.isHoleObsolete()) {
            work(
                    () -> {
                        mend.leaveHole();
                        return true;
                    },
                    _ -> copy());
            return;
        }
        replica.fetch(mend.fetchFrom(), FETCH_BYTES, new LogAnswer<>() {
            @Override
            public void done(ByteBuffer batches) {
                if (!isCurrent()) {
                    fail("the log has changed meanwhile");
                } else if (!batches.hasRemaining()) {
                    fail("the other replica has nothing at the offset " + mend.fetchFrom());
                } else {
                    work(
                            () -> mend.fill(batches),
                            filled -> pause(
                                    batches.remaining(), () -> syncNowAndThen(filled ? () -> copy() : () -> fill())));
                }
            }

            @Override
            public void refused(LogRefusal refusal) {
                fail(refusal.message());
            }
        });
    }

    private void syncNowAndThen(Runnable next) {
        if (output.size() - synced < SYNC_BYTES) {
            next.run();
            return;
        }
        synced = output.size();
        directory.disk().sync(List.of(output.file), directory.loop(), fault -> {
            if (fault != null) {
                directory.syncFailed(fault);
                fail("the disk has failed");
            } else if (isCurrent()) {
                next.run();
            } else {
                fail("the log has changed meanwhile");
            }
        });
    }

    private void written() {
        directory.disk().sync(List.of(output.file, output.index), directory.loop(), fault -> {
            if (fault != null) {
                directory.syncFailed(fault);
                fail("the disk has failed");
                return;
            }
            if (!isCurrent()) {
                fail("the log has changed meanwhile");
                return;
            }
            closeFiles();
            Replacement replacement = output.replaces(id, endOffset, segment, segment, List.of());
            log.swap(List.of(segment), replacement, this::swapped);
        });
    }

    private void swapped(SegmentSwap.Outcome outcome) {
        switch (outcome) {
            case DONE -> {
                log.healed(segment.baseOffset, endOffset);
                then.done(new Healed(segment.baseOffset, endOffset, mend.filledBatches(), mend.filledBytes()));
            }
            case IN_VAIN -> fail("the log has changed meanwhile");
            case DISK_FULL -> fail("the disk is full");
            case LEFT_TO_RECOVERY -> then.refused(log.notOpen());
        }
    }

    private interface Next<T> {
        void goOn(T result);
    }

    private <T> void work(Disk.Work<T> work, Next<T> next) {
        directory.disk().offload(work, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(T result) {
                if (isCurrent()) {
                    next.goOn(result);
                } else {
                    fail("the log has changed meanwhile");
                }
            }

            @Override
            public void failed(IOException fault) {
                fail(String.valueOf(fault.getMessage()));
            }
        });
    }

    /** Goes on when so many bytes may have been read and written. */
    private void pause(int bytes, Runnable next) {
        directory.loop().schedule(Duration.ofNanos((long) (bytes / BYTES_PER_SECOND * 1e9)), () -> {
            if (isCurrent()) {
                next.run();
            } else {
                fail("the log has changed meanwhile");
            }
        });
    }

    private void fail(String why) {
        discard();
        then.refused(LogDirectory.storageError(why));
    }

    private void discard() {
        closeFiles();
        if (log.isOpen()) {
            directory.deleteLater(Replacement.path(log.folder(), segment.baseOffset, id), 0);
            directory.deleteLater(Replacement.indexPath(log.folder(), segment.baseOffset, id), 0);
        }
    }

    private void closeFiles() {
        open.forEach(DiskFile::close);
        open.clear();
    }
}

package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads of one log that may have to wait for the disk: they run on workers (unless all that they need turns out to be
 * in memory), and what they find is looked at on the loop again, because the log may have changed meanwhile. Owned by
 * the log's loop.
 */
final class WorkerReads {
    /** How much further than a reader has come a segment is brought into memory. */
    private static final int READ_AHEAD_BYTES = 4 << 20;

    private static final int LAST_BYTES = 64 << 10;

    /** A segment of this size should have an index. */
    private static final int INDEXED_FROM = 4 << 20;

    private final PartitionLog log;
    private final LogDirectory directory;
    private final LogReader reader;
    private @Nullable Segment rebuilding;

    WorkerReads(PartitionLog log, LogDirectory directory, LogReader reader) {
        this.log = log;
        this.directory = directory;
        this.reader = reader;
    }

    /** Reads batches; with {@code load} they come with the answer. */
    void read(ReadRange range, boolean load, LogAnswer<ColdRead.Outcome> then) {
        if (!log.isOpen()) {
            then.refused(log.notOpen());
            return;
        }
        if (reader.isRemoving()) {
            // A worker would see files that are being cut.
            log.operations().between(() -> read(range, load, then));
            return;
        }
        ReadResult atOnce = reader.withoutReading(range);
        if (atOnce != null) {
            then.done(new ColdRead.Outcome(atOnce));
            return;
        }
        ReadRange bounded = range.upTo(reader.bound(range.upToOffset()));
        int index = log.contents().floor(range.offset());
        Segment segment = log.contents().segments.get(index);
        long nextBase = log.contents().endOffset(index);
        int asked = reader.generation();
        int known = reader.cursors().find(segment, range.offset());
        SegmentView view;
        try {
            view = view(segment, IndexFile.By.OFFSET, range.offset(), known);
        } catch (IOException fault) {
            then.done(new ColdRead.Outcome(reader.failed(fault)));
            return;
        }
        ColdRead work = new ColdRead(view, bounded, load);
        Disk.Completion<ColdRead.Outcome> completion = new Disk.Completion<>() {
            @Override
            public void done(ColdRead.Outcome outcome) {
                if (asked != reader.generation()) {
                    // What was found may have been removed meanwhile.
                    read(range, load, then);
                    return;
                }
                mendIndex(segment, view);
                if (outcome.isBehindSegment() && nextBase < bounded.upToOffset()) {
                    read(range.from(nextBase), load, then);
                } else {
                    outcome.rememberIn(reader.cursors(), segment);
                    if (outcome.result() instanceof ReadResult.Found(FileRecords records)) {
                        readAhead(view, (int) records.position() + records.sizeInBytes());
                    }
                    then.done(outcome);
                }
            }

            @Override
            public void failed(IOException fault) {
                if (asked != reader.generation() || reader.isRemoving()) {
                    read(range, load, then);
                } else {
                    then.done(new ColdRead.Outcome(reader.failed(fault)));
                }
            }
        };
        if (!load && known != ReadCursors.UNKNOWN && view.isInMemory(bounded.maxBytes())) {
            // A reader that goes on where it was, in what is cached: a worker would only cost two changes of threads.
            runHere(work, completion);
        } else {
            directory.disk().offload(work, directory.loop(), completion);
        }
    }

    /** Who reads a segment in order shall not wait for each piece of it. */
    private void readAhead(SegmentView view, int from) {
        int bytes = Math.min(READ_AHEAD_BYTES, view.size - from);
        // If its end is there, so is most likely what comes before it: a read ahead began it in order.
        int last = Math.min(bytes, LAST_BYTES);
        if (bytes <= 0 || view.file.isInMemory((long) from + bytes - last, last)) {
            return;
        }
        Disk.Work<Boolean> work = () -> {
            view.file.prefetch(from, bytes);
            return true;
        };
        directory.disk().offload(work, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(Boolean begun) {
                // Whether it has come shows when it is read.
            }

            @Override
            public void failed(IOException fault) {
                // As well.
            }
        });
    }

    private static void runHere(ColdRead work, Disk.Completion<ColdRead.Outcome> completion) {
        ColdRead.Outcome outcome;
        try {
            outcome = work.run();
        } catch (IOException fault) {
            completion.failed(fault);
            return;
        }
        completion.done(outcome);
    }

    private SegmentView view(Segment segment, IndexFile.By by, long key, int known) throws IOException {
        LogContents contents = log.contents();
        KnownHeaders headers = contents.headers(contents.segments.lastIndexOf(segment));
        return new SegmentView(directory.disk(), segment, use(segment), headers, by, key, known);
    }

    private DiskFile use(Segment segment) throws IOException {
        return directory.openFiles().use(segment, directory.clock().nanos());
    }

    /** The first record at or after a time, looking from one segment to the next. */
    void offsetForTimestamp(long timestampMs, LogAnswer<Optional<OffsetAtTime>> then) {
        lookUp(timestampMs, 0, then);
    }

    /** @param fromBase the segments before this base offset have been looked at */
    private void lookUp(long timestampMs, long fromBase, LogAnswer<Optional<OffsetAtTime>> then) {
        if (!log.isOpen()) {
            then.refused(log.notOpen());
            return;
        }
        if (reader.isRemoving()) {
            log.operations().between(() -> offsetForTimestamp(timestampMs, then));
            return;
        }
        LogContents contents = log.contents();
        int index = 0;
        while (index < contents.segments.size() && !mayHold(contents.segments.get(index), fromBase, timestampMs)) {
            index++;
        }
        if (index >= contents.segments.size()) {
            then.done(Optional.empty());
            return;
        }
        Segment segment = contents.segments.get(index);
        long nextBase = contents.endOffset(index);
        int asked = reader.generation();
        SegmentView view;
        try {
            view = view(segment, IndexFile.By.TIMESTAMP, timestampMs, ReadCursors.UNKNOWN);
        } catch (IOException fault) {
            refuse(then, fault);
            return;
        }
        TimeLookup work = new TimeLookup(view, timestampMs, contents.startOffset);
        directory.disk().offload(work, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(Optional<OffsetAtTime> found) {
                if (asked != reader.generation()) {
                    offsetForTimestamp(timestampMs, then);
                    return;
                }
                mendIndex(segment, view);
                if (found.isEmpty()) {
                    lookUp(timestampMs, nextBase, then);
                } else {
                    then.done(found);
                }
            }

            @Override
            public void failed(IOException fault) {
                if (asked != reader.generation() || reader.isRemoving()) {
                    offsetForTimestamp(timestampMs, then);
                } else {
                    refuse(then, fault);
                }
            }
        });
    }

    private static boolean mayHold(Segment segment, long fromBase, long timestampMs) {
        return segment.baseOffset >= fromBase
                && segment.maxTimestamp >= timestampMs
                && segment.maxTimestamp != RecordBatch.NO_TIMESTAMP;
    }

    private void refuse(LogAnswer<Optional<OffsetAtTime>> then, IOException fault) {
        reader.failed(fault);
        then.refused(LogDirectory.storageError(String.valueOf(fault.getMessage())));
    }

    /** An index that turned out to be damaged, or is missing, is made anew if the segment gets no more batches. */
    private void mendIndex(Segment segment, SegmentView view) {
        if (view.indexIsDamaged()) {
            segment.index.discard();
        }
        boolean isMissing = segment.index.blocks == 0 && (view.indexIsDamaged() || segment.size >= INDEXED_FROM);
        if (isMissing && rebuilding == null) {
            rebuilding = segment;
            log.operations().add(() -> rebuildIndex(segment));
        }
    }

    /** An operation of the log: nothing else changes its files meanwhile. */
    private void rebuildIndex(Segment segment) {
        int at = log.contents().segments.indexOf(segment);
        if (at < 0 || segment == log.contents().active() || !log.isOpen()) {
            rebuilt();
            return;
        }
        IndexRebuild work;
        try {
            int interval = log.settings().segments().indexIntervalBytes();
            work = new IndexRebuild(directory.disk(), log.folder(), segment, use(segment), interval);
        } catch (IOException fault) {
            log.fail("reading", fault);
            rebuilt();
            return;
        }
        directory.disk().offload(work, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(SegmentIndex index) {
                if (log.isOpen()) {
                    segment.index = index;
                    log.sync().touched(segment);
                }
                rebuilt();
            }

            @Override
            public void failed(IOException fault) {
                // It only saves time, and the next read tries again.
                rebuilt();
            }
        });
    }

    private void rebuilt() {
        rebuilding = null;
        log.operations().next();
    }
}

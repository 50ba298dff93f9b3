package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.protocol.record.Decompressor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Compacts one log once: first the last offset of every key in the dirty part is found, as far as memory allows; then
 * the segments up to there are gone through in groups, each of which becomes one segment that is put in their place
 * ({@link SegmentSwap}). What takes the disk or the processor long is done on workers in small steps, with pauses that
 * keep the rate. Owned by the log's loop.
 *
 * <p>Whenever it ends, what it has done until then stays and is right: a record goes only when a later one of its key
 * is below the high watermark, and a tombstone only when everything before it is gone, which was made stable before.
 */
final class CompactionRun {
    /** How much a worker does before others have their turn. */
    private static final int STEP_BYTES = 1 << 20;

    private static final int CHUNK_BYTES = 256 << 10;
    /** Syncs of what was written are small: appends of other logs wait for them. */
    private static final int SYNC_BYTES = 8 << 20;

    private final PartitionLog log;
    private final LogDirectory directory;
    private final LogContents contents;
    private final LogCompaction compaction;
    private final CompactionTurns.Share share;
    private final Consumer<Boolean> then;
    private final long nowMs;
    private final long sizeBefore;
    private final CompactionRules rules;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private final List<DiskFile> open = new ArrayList<>();

    // Until the keys are known.
    private final List<Segment> dirty = new ArrayList<>();
    private final CompactedTransactions scanned;
    private final Decompressor decompressor = new Decompressor();
    private @Nullable KeyOffsets keys;
    private int scanning;
    private long knownEnd;

    // From then on.
    private final List<CompactionGroup> groups = new ArrayList<>();
    private @Nullable BatchCompaction batches;
    private int rewriting;
    private int swaps;

    /** @param then told whether it is worth looking for the next log at once */
    CompactionRun(PartitionLog log, LogDirectory directory, CompactionTurns.Share share, Consumer<Boolean> then) {
        this.log = log;
        this.directory = directory;
        this.contents = log.contents();
        this.compaction = log.compaction();
        this.share = share;
        this.then = then;
        this.nowMs = directory.clock().wallMs();
        this.sizeBefore = contents.sizeInBytes();
        LogCompaction.Extent extent = compaction.extent(nowMs);
        boolean horizonsOnly = compaction.isForHorizonsOnly(nowMs);
        long deleteRetentionMs = log.settings().compaction().deleteRetentionMs();
        this.rules = CompactionRules.of(contents, extent.endOffset(), horizonsOnly, nowMs, deleteRetentionMs);
        this.scanned = new CompactedTransactions(rules.aborted());
        this.knownEnd = horizonsOnly ? Math.min(rules.cleanEnd(), extent.endOffset()) : extent.endOffset();
        for (int i = 0; i < extent.segments() && !horizonsOnly; i++) {
            if (contents.endOffset(i) > contents.compactedEnd && contents.segments.get(i).size > 0) {
                dirty.add(contents.segments.get(i));
            }
        }
    }

    void start() {
        compaction.began();
        keys = new KeyOffsets(share.memoryBytes(), share.loadFactor());
        scan();
    }

    /** Whether segments are still there: retention may have taken them. To be asked before their files are opened. */
    private boolean areThere(List<Segment> segments) {
        return isCurrent() && contents.segments.containsAll(segments);
    }

    /** Whether the log is still what it was, so that going on makes sense. */
    private boolean isCurrent() {
        return log.isOpen()
                && log.contents() == contents
                && log.settings().compaction().compact();
    }

    // The keys.

    private void scan() {
        if (!isCurrent()) {
            end(true);
            return;
        }
        if (scanning == dirty.size()) {
            keysAreKnown();
            return;
        }
        if (!areThere(dirty.subList(scanning, scanning + 1))) {
            end(true);
            return;
        }
        try {
            SegmentBatches segment = new SegmentBatches(source(dirty.get(scanning)), chunk);
            scan(new KeyScan(segment, keys(), scanned, decompressor, rules.cleanEnd(), STEP_BYTES));
        } catch (IOException fault) {
            failed(fault);
        }
    }

    private void scan(KeyScan segment) {
        directory.disk().offload(segment, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(KeyScan.Progress progress) {
                if (!progress.isDone()) {
                    pause(progress.bytes(), () -> goOn(segment));
                    return;
                }
                closeFiles();
                scanning++;
                if (progress.fullAt() >= 0) {
                    knownEnd = progress.fullAt();
                    scanning = dirty.size();
                }
                pause(progress.bytes(), CompactionRun.this::scan);
            }

            @Override
            public void failed(IOException fault) {
                CompactionRun.this.failed(fault);
            }
        });
    }

    private void goOn(KeyScan segment) {
        if (isCurrent()) {
            scan(segment);
        } else {
            end(true);
        }
    }

    private void keysAreKnown() {
        batches = new BatchCompaction(
                rules, keys(), knownEnd, log.settings().batches().compression());
        groups.addAll(CompactionGroup.of(
                contents, knownEnd, rules, log.settings().segments().bytes()));
        rewrite();
    }

    private KeyOffsets keys() {
        KeyOffsets known = keys;
        if (known == null) {
            throw new IllegalStateException("not started");
        }
        return known;
    }

    // The segments.

    private void rewrite() {
        if (!isCurrent()) {
            end(true);
            return;
        }
        BatchCompaction decisions = batches;
        if (decisions == null || rewriting == groups.size()) {
            complete();
            return;
        }
        CompactionGroup group = groups.get(rewriting++);
        if (!areThere(group.segments())) {
            end(true);
            return;
        }
        if (group.mustMerge()) {
            write(group, decisions);
        } else {
            look(group, decisions);
        }
    }

    /** Looks whether the segment stays as it is, which saves writing it again. */
    private void look(CompactionGroup group, BatchCompaction decisions) {
        CompactedTransactions before = decisions.transactions().copy();
        try {
            GroupRewrite look = new GroupRewrite(sources(group), chunk, decisions, null, STEP_BYTES);
            step(look, progress -> {
                closeFiles();
                if (progress.isChanged()) {
                    decisions.backTo(before);
                    write(group, decisions);
                } else {
                    group.segments().getFirst().horizonMs = progress.horizonMs();
                    rewrite();
                }
            });
        } catch (IOException fault) {
            failed(fault);
        }
    }

    private void write(CompactionGroup group, BatchCompaction decisions) {
        if (!areThere(group.segments())) {
            end(true);
            return;
        }
        directory.checkSpace();
        if (!directory.hasRoomFor(group.bytes())) {
            // It would take what keeps the node healthy; perhaps something is deleted until the next time.
            end(false);
            return;
        }
        String id = Replacement.newId(directory.clock().wallMs(), directory.nextTrash());
        long base = group.baseOffset();
        CompactedFile output;
        try {
            DiskFile file = directory.disk().open(Replacement.path(log.folder(), base, id));
            open.add(file);
            DiskFile index = directory.disk().open(Replacement.indexPath(log.folder(), base, id));
            open.add(index);
            output = new CompactedFile(
                    file, index, base, log.settings().segments().indexIntervalBytes());
            step(
                    new GroupRewrite(sources(group), chunk, decisions, output, STEP_BYTES),
                    output,
                    0,
                    progress -> written(group, output, id, decisions));
        } catch (IOException fault) {
            failed(fault);
        }
    }

    private void written(CompactionGroup group, CompactedFile output, String id, BatchCompaction decisions) {
        directory.disk().sync(List.of(output.file, output.index), directory.loop(), fault -> {
            if (fault != null) {
                directory.syncFailed(fault);
                end(true);
                return;
            }
            closeFiles();
            Replacement replacement = output.replaces(
                    id,
                    group.endOffset(),
                    group.segments().getFirst(),
                    group.segments().getLast(),
                    decisions.takeRemovedMarkers());
            log.swap(group.segments(), replacement, outcome -> swapped(outcome, replacement));
        });
    }

    private void swapped(SegmentSwap.Outcome outcome, Replacement replacement) {
        switch (outcome) {
            case DONE -> {
                swaps++;
                rewrite();
            }
            case IN_VAIN -> {
                discard(replacement);
                end(true);
            }
            case DISK_FULL -> {
                discard(replacement);
                end(false);
            }
            case LEFT_TO_RECOVERY -> end(true);
        }
    }

    private void discard(Replacement replacement) {
        if (log.isOpen()) {
            directory.deleteLater(Replacement.path(log.folder(), replacement.baseOffset(), replacement.id()), 0);
            directory.deleteLater(Replacement.indexPath(log.folder(), replacement.baseOffset(), replacement.id()), 0);
        }
    }

    private void step(GroupRewrite rewrite, Consumer<GroupRewrite.Progress> whenDone) {
        directory.disk().offload(rewrite, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(GroupRewrite.Progress progress) {
                pause(progress.bytes(), () -> {
                    if (progress.isDone()) {
                        whenDone.accept(progress);
                    } else if (isCurrent()) {
                        step(rewrite, whenDone);
                    } else {
                        end(true);
                    }
                });
            }

            @Override
            public void failed(IOException fault) {
                CompactionRun.this.failed(fault);
            }
        });
    }

    /** The same for one that writes: what was written is brought to stable storage now and then. */
    private void step(
            GroupRewrite rewrite, CompactedFile output, long synced, Consumer<GroupRewrite.Progress> whenDone) {
        directory.disk().offload(rewrite, directory.loop(), new Disk.Completion<>() {
            @Override
            public void done(GroupRewrite.Progress progress) {
                if (progress.isDone()) {
                    pause(progress.bytes(), () -> whenDone.accept(progress));
                } else if (!isCurrent()) {
                    end(true);
                } else if (output.size() - synced < SYNC_BYTES) {
                    pause(progress.bytes(), () -> step(rewrite, output, synced, whenDone));
                } else {
                    long upTo = output.size();
                    directory.disk().sync(List.of(output.file), directory.loop(), fault -> {
                        if (fault != null) {
                            directory.syncFailed(fault);
                            end(true);
                        } else {
                            pause(progress.bytes(), () -> step(rewrite, output, upTo, whenDone));
                        }
                    });
                }
            }

            @Override
            public void failed(IOException fault) {
                CompactionRun.this.failed(fault);
            }
        });
    }

    // Files, pace, and the end.

    private List<SegmentBatches.Source> sources(CompactionGroup group) throws IOException {
        List<SegmentBatches.Source> sources = new ArrayList<>();
        for (Segment segment : group.segments()) {
            if (segment.size > 0) {
                sources.add(source(segment));
            }
        }
        return sources;
    }

    /** Opened here, where its path is known to be right. */
    private SegmentBatches.Source source(Segment segment) throws IOException {
        DiskFile file = directory.disk().open(segment.path);
        open.add(file);
        KnownHeaders headers = contents.headers(contents.segments.indexOf(segment));
        return new SegmentBatches.Source(file, segment.baseOffset, segment.size, headers);
    }

    private void closeFiles() {
        open.forEach(DiskFile::close);
        open.clear();
    }

    /** Goes on when so many bytes may have been read and written. */
    private void pause(int bytes, Runnable next) {
        double seconds = bytes / share.bytesPerSecond();
        if (seconds < 0.001) {
            directory.loop().execute(next);
        } else {
            directory.loop().schedule(Duration.ofNanos((long) (Math.min(seconds, 3_600) * 1e9)), next);
        }
    }

    private void failed(IOException fault) {
        if (fault instanceof DiskFullException) {
            directory.noticeFullDisk();
            end(false);
        } else if (isCurrent()) {
            if (fault instanceof DamagedSegmentException damaged) {
                log.scrub().found(damaged.damage());
            }
            compaction.setAside(String.valueOf(fault.getMessage()));
            end(true);
        } else {
            end(true);
        }
    }

    private void complete() {
        contents.compactedEnd = Math.max(contents.compactedEnd, knownEnd);
        compaction.succeeded(
                sizeBefore - contents.sizeInBytes(), directory.clock().wallMs());
        end(true);
    }

    private void end(boolean goOn) {
        List<String> unused = log.isOpen()
                ? open.stream()
                        .map(DiskFile::path)
                        .filter(path -> path.endsWith(Replacement.SUFFIX))
                        .toList()
                : List.of();
        if (log.isOpen() && (swaps > 0 || contents.compactedEnd > rules.cleanEnd())) {
            log.sync().checkpoint();
        }
        closeFiles();
        unused.forEach(path -> directory.deleteLater(path, 0));
        freeMemory();
        compaction.ended();
        then.accept(goOn);
    }

    /** On a worker: giving back a hundred megabytes takes a while. */
    private void freeMemory() {
        KeyOffsets known = keys;
        BatchCompaction decisions = batches;
        directory
                .disk()
                .offload(
                        () -> {
                            if (known != null) {
                                known.close();
                            }
                            if (decisions != null) {
                                decisions.close();
                            }
                            decompressor.close();
                            return true;
                        },
                        directory.loop(),
                        new Disk.Completion<>() {
                            @Override
                            public void done(Boolean result) {}

                            @Override
                            public void failed(IOException fault) {
                                // Nothing of it uses the disk; a disk that is closed ends with the process.
                            }
                        });
    }
}

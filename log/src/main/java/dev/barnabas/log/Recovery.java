package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a log contains. Starts from the newest checkpoint that fits the files, reads every batch that may have
 * come after it, and ends the log at the first one that is not whole. Also finishes what a crash interrupted: a
 * truncation, the deletion of segments before the log start.
 *
 * <p>Runs on a worker. When it is done, {@link Recovered#changed} and the names in the folder must be synced before
 * anything else relies on it.
 */
final class Recovery {
    private static final int CHUNK_BYTES = 256 << 10;

    private final Disk disk;
    private final String folder;
    private final int indexInterval;
    private final long nowMs;

    private final TreeSet<Long> onDisk = new TreeSet<>();
    private final List<String> changed = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> obsolete = new ArrayList<>();
    /** What the journal says of leader epochs; null if it cannot know of all of them. */
    private @Nullable NavigableMap<Long, Integer> epochs;

    private boolean namesChanged;
    private long checkpointedBase = -1;
    private long scannedBytes;
    private long removedBytes;
    private @Nullable ByteBuffer chunk;

    private Recovery(Disk disk, String folder, int indexInterval, long nowMs) {
        this.disk = disk;
        this.folder = folder;
        this.indexInterval = indexInterval;
        this.nowMs = nowMs;
    }

    /**
     * @param changed files that must be synced
     * @param checkpointed the newest checkpoint says the same as the contents
     * @param obsolete files from before the log start, to be deleted when there is a checkpoint that does without them
     * @param checkpointedBase base offset of the active segment in the newest checkpoint; -1 if there is none
     * @param mustCheckpoint nothing may be appended before there is a checkpoint: a crash would find an older one that
     *     asks for a truncation, or none
     */
    record Recovered(
            LogContents contents,
            CheckpointJournal journal,
            List<String> changed,
            List<String> obsolete,
            boolean checkpointed,
            long checkpointedBase,
            boolean mustCheckpoint,
            RecoveryReport report) {

        Recovered withCheckpoint() {
            Segment active = contents.active();
            long base = active == null ? contents.nextOffset : active.baseOffset;
            return new Recovered(contents, journal, changed, obsolete, true, base, mustCheckpoint, report);
        }
    }

    /**
     * What comes of a recovery.
     *
     * @param recovered empty if the journal asks for something that cannot be undone, and is not known to be stable:
     *     then its files must be synced first
     */
    record Outcome(Optional<Recovered> recovered, List<String> journalFiles) {}

    static Outcome recover(Disk disk, String folder, int indexInterval, long nowMs, boolean journalIsStable)
            throws IOException {
        return new Recovery(disk, folder, indexInterval, nowMs).run(journalIsStable);
    }

    private Outcome run(boolean journalIsStable) throws IOException {
        List<String> names = disk.list(folder);
        Checkpoints checkpoints = Checkpoints.read(disk, folder, names);
        // A start offset, too: once a reader has been told of it, a power loss must not take it back.
        boolean binding = checkpoints.truncateTo.isPresent()
                || checkpoints.restartAt.isPresent()
                || checkpoints.startOffset > 0
                || !checkpoints.replacing.isEmpty();
        if (!journalIsStable && binding) {
            return new Outcome(Optional.empty(), checkpoints.paths);
        }
        return new Outcome(Optional.of(recover(replaced(names, checkpoints), checkpoints)), List.of());
    }

    /** Finishes what compaction has begun, takes away what it had not come to, and says what names there are then. */
    private List<String> replaced(List<String> names, Checkpoints checkpoints) throws IOException {
        for (Replacement replacement : checkpoints.replacing) {
            replacement.finish(disk, folder, names);
            namesChanged = true;
        }
        List<String> now = checkpoints.replacing.isEmpty() ? names : disk.list(folder);
        for (String name : now) {
            if (name.endsWith(Replacement.SUFFIX)) {
                disk.delete(folder + "/" + name);
            }
        }
        return now;
    }

    private Recovered recover(List<String> names, Checkpoints checkpoints) throws IOException {
        for (String name : names) {
            if (FileNames.has(name, FileNames.SEGMENT)) {
                onDisk.add(FileNames.number(name));
            } else if (name.endsWith(FileNames.DELETED)) {
                disk.delete(folder + "/" + name);
            }
        }
        LogContents log =
                checkpoints.restartAt.isPresent() ? emptied(checkpoints.restartAt.getAsLong()) : recovered(checkpoints);
        for (String name : names) {
            if (FileNames.has(name, FileNames.INDEX) && !onDisk.contains(FileNames.number(name))) {
                disk.delete(folder + "/" + name);
            }
        }
        boolean mustCheckpoint = checkpoints.states.isEmpty() || checkpoints.truncateTo.isPresent();
        boolean checkpointed = !mustCheckpoint && changed.isEmpty() && !namesChanged && obsolete.isEmpty();
        CheckpointJournal journal = new CheckpointJournal(
                disk, folder, checkpoints.oldestNumber, checkpoints.newestNumber, checkpoints.newestBytes);
        RecoveryReport report = new RecoveryReport(scannedBytes, removedBytes, notes);
        return new Recovered(log, journal, changed, obsolete, checkpointed, checkpointedBase, mustCheckpoint, report);
    }

    private LogContents emptied(long offset) throws IOException {
        removeFrom(Long.MIN_VALUE);
        namesChanged = true;
        return new LogContents(folder, offset);
    }

    private LogContents recovered(Checkpoints checkpoints) throws IOException {
        LogContents log = null;
        for (int i = checkpoints.states.size() - 1; i >= 0 && log == null; i--) {
            boolean isNewest = i == checkpoints.states.size() - 1 && checkpoints.truncateTo.isEmpty();
            log = usable(checkpoints.states.get(i), isNewest);
        }
        boolean fromScratch = log == null;
        if (log != null) {
            Segment active = log.active();
            checkpointedBase = active == null ? log.nextOffset : active.baseOffset;
        }
        if (log == null) {
            if (!onDisk.isEmpty() && checkpoints.truncateTo.isEmpty()) {
                notes.add("There is no usable checkpoint: all batches are read");
            }
            log = new LogContents(folder, onDisk.isEmpty() ? 0 : onDisk.first());
        }
        epochs = fromScratch || !checkpoints.knowsEpochs ? null : checkpoints.epochs;
        log.startOffset = Math.max(log.startOffset, checkpoints.startOffset);
        log.hasGaps = checkpoints.hasGaps && !(fromScratch && onDisk.isEmpty());
        log.gapsBefore = Math.max(log.gapsBefore, checkpoints.gapsBefore);
        dropMissing(log);
        scan(log, checkpoints.truncateTo.orElse(Long.MAX_VALUE), fromScratch);
        if (log.nextOffset < log.startOffset) {
            // Records were deleted that had not become stable, and then were lost.
            log.nextOffset = log.startOffset;
            log.begin();
        }
        while (log.segments.size() > 1 && log.segments.get(1).baseOffset <= log.startOffset) {
            Segment before = log.segments.removeFirst();
            obsolete.add(before.path);
            obsolete.add(before.index.path);
        }
        log.moveStart(log.startOffset);
        log.highWatermark = Math.min(log.highWatermark, log.nextOffset);
        log.compactedEnd = Math.min(log.compactedEnd, log.nextOffset);
        return log;
    }

    /** What a checkpoint says, unless it speaks of more than there is. */
    private @Nullable LogContents usable(Checkpoints.State state, boolean isNewest) throws IOException {
        LogContents log = CheckpointCodec.state(folder, state.entry());
        if (log == null) {
            notes.add("A checkpoint contradicts itself");
            return null;
        }
        for (Replacement replacement : state.replaced()) {
            replacement.applyTo(log);
        }
        Segment active = log.active();
        if (active != null && active.size > 0) {
            long size = onDisk.contains(active.baseOffset) ? size(active.path) : -1;
            if (size < active.size) {
                if (isNewest) {
                    notes.add(active.path + " was synced with " + active.size + " bytes and now "
                            + (size < 0 ? "is missing" : "has " + size));
                }
                return null;
            }
        }
        return log;
    }

    private long size(String path) throws IOException {
        DiskFile file = disk.open(path);
        try {
            return file.size();
        } finally {
            file.close();
        }
    }

    /** Takes segments out of the list that are no longer there, and files away that are not in the list. */
    private void dropMissing(LogContents log) throws IOException {
        Segment active = log.active();
        long activeBase = active == null ? Long.MIN_VALUE : active.baseOffset;
        boolean first = true;
        List<Segment> all = List.copyOf(log.segments);
        for (int i = 0; i < all.size(); i++) {
            Segment segment = all.get(i);
            boolean isObsolete = i + 1 < all.size() && all.get(i + 1).baseOffset <= log.startOffset;
            if (segment != active && !onDisk.contains(segment.baseOffset)) {
                log.segments.remove(segment);
                if (!first && segment.size > 0) {
                    notes.add(segment.path + " is missing");
                    // What is left there is not damaged because the rest does not follow on it.
                    log.gapsBefore = Math.max(log.gapsBefore, all.get(i + 1).baseOffset);
                }
            } else if (first && !isObsolete) {
                // Nothing remembers a deletion on a full disk but that the segments are gone. Older ones that were
                // obsolete already may still be there.
                log.startOffset = Math.max(log.startOffset, segment.baseOffset);
                first = false;
            }
        }
        for (long base : List.copyOf(onDisk.headSet(activeBase, false))) {
            if (log.segments.stream().noneMatch(each -> each.baseOffset == base)) {
                remove(base);
            }
        }
    }

    private void scan(LogContents log, long limit, boolean fromScratch) throws IOException {
        Segment active = log.active();
        boolean ended = false;
        if (active != null && onDisk.contains(active.baseOffset)) {
            ended = scan(log, active, limit);
        }
        long after = active == null ? Long.MIN_VALUE : active.baseOffset;
        for (long base : List.copyOf(onDisk.tailSet(after, active == null))) {
            if (!ended && base > log.nextOffset && base <= log.startOffset) {
                // The checkpoint is from before a truncation, and what came after it has been deleted since.
                skip(log, base);
            } else if (!ended && base > log.nextOffset && fromScratch && (log.hasGaps || base <= log.gapsBefore)) {
                // Perhaps nothing is missing here; better a gap than a loss.
                log.nextOffset = base;
            }
            if (ended || base != log.nextOffset || base >= limit) {
                ended = true;
                remove(base);
                continue;
            }
            Segment before = log.active();
            if (before != null) {
                before.index.seal(disk);
                before.index.forget();
            }
            Segment segment = new Segment(folder, base);
            log.segments.add(segment);
            ended = scan(log, segment, limit);
        }
    }

    /** Forgets what came before an offset that is not behind the log start: what followed from it is out of date. */
    private void skip(LogContents log, long offset) {
        for (Segment segment : log.segments) {
            obsolete.add(segment.path);
            obsolete.add(segment.index.path);
        }
        log.segments.clear();
        log.producers.clear();
        log.transactions.clear();
        log.nextOffset = offset;
    }

    /** Applies the batches of a segment behind what is known of it; true if the log ends here. */
    private boolean scan(LogContents log, Segment segment, long limit) throws IOException {
        DiskFile file = disk.open(segment.path);
        try {
            long size = file.size();
            if (size == segment.size) {
                return false;
            }
            if (size > Integer.MAX_VALUE) {
                throw new IOException(segment.path + " is larger than a segment can be: " + size);
            }
            changed.add(segment.path);
            int known = segment.size;
            applyAll(log, segment, file, (int) size, limit);
            scannedBytes += segment.size - known;
            if (segment.size == size) {
                return false;
            }
            removedBytes += size - segment.size;
            file.truncate(segment.size);
            return true;
        } finally {
            file.close();
        }
    }

    private void applyAll(LogContents log, Segment segment, DiskFile file, int size, long limit) throws IOException {
        ByteBuffer buffer = chunk;
        if (buffer == null) {
            buffer = ByteBuffer.allocate(CHUNK_BYTES);
            chunk = buffer;
        }
        BatchScan scan = new BatchScan(file, segment.size, size, log.nextOffset, true, buffer);
        if (!log.hasGaps && log.nextOffset >= log.gapsBefore) {
            scan.withoutGaps();
        }
        while (scan.next()) {
            RecordBatch batch = scan.header();
            if (batch.lastOffset() >= limit
                    || batch.lastOffset() - segment.baseOffset > Integer.MAX_VALUE
                    || !isEpochKnown(batch)) {
                return;
            }
            EndTxnMarker marker = null;
            if (batch.isControl()) {
                try {
                    marker = LogContents.marker(scan.load());
                } catch (CorruptRecordException corrupt) {
                    // Its CRC fits, so it was never written by a log: this is where the log ends.
                    return;
                }
            }
            log.apply(disk, segment, batch, marker, nowMs, indexInterval);
        }
    }

    /**
     * Whether the batch has the leader epoch that it was written with. A batch and what the journal says of its epoch
     * are synced together: one whose epoch the journal does not have was never stable.
     */
    private boolean isEpochKnown(RecordBatch batch) {
        if (epochs == null) {
            return true;
        }
        Map.Entry<Long, Integer> known = epochs.floorEntry(batch.baseOffset());
        return known != null && known.getValue() == batch.partitionLeaderEpoch();
    }

    private void removeFrom(long base) throws IOException {
        for (long each : List.copyOf(onDisk.tailSet(base))) {
            remove(each);
        }
    }

    private void remove(long base) throws IOException {
        disk.delete(FileNames.path(folder, base, FileNames.SEGMENT));
        onDisk.remove(base);
        namesChanged = true;
    }
}

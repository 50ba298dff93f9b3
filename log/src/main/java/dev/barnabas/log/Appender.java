package dev.barnabas.log;

import dev.barnabas.host.DiskFile;
import dev.barnabas.host.DiskFullException;
import dev.barnabas.protocol.ErrorCode;
import dev.barnabas.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Appends to one log. What is asked for during a turn of the loop is decided, written and applied at its end: first it
 * is decided what becomes of each append, given the log and the appends before it; then what was accepted is written
 * with one gathering write (or one per segment); then it is applied to the log's contents. So nothing has to be undone
 * when the disk is full. Owned by the log's loop.
 */
final class Appender {
    private final PartitionLog log;
    private final LogDirectory directory;

    private List<PendingAppend> waiting = new ArrayList<>();
    private @Nullable List<PendingAppend> spare = new ArrayList<>();
    private boolean queued;
    private boolean held;

    // Of the group that is being put together.
    private int groupBytes;
    private long groupFirstTimestamp;

    Appender(PartitionLog log, LogDirectory directory) {
        this.log = log;
        this.directory = directory;
    }

    void append(Append request, Appending then) {
        waiting.add(new PendingAppend(request, then));
        queue();
    }

    private void queue() {
        if (!queued) {
            queued = true;
            directory.flushAtEndOfTurn(this);
        }
    }

    /** From now on appends wait. */
    void hold() {
        held = true;
    }

    void release() {
        held = false;
        if (!waiting.isEmpty()) {
            queue();
        }
    }

    void flush() {
        queued = false;
        if (held || waiting.isEmpty()) {
            return;
        }
        List<PendingAppend> work = waiting;
        waiting = spare == null ? new ArrayList<>() : spare;
        spare = null;
        boolean advanced = write(work);
        long logStartOffset = log.logStartOffset();
        for (int i = 0; i < work.size(); i++) {
            work.get(i).answer(logStartOffset);
        }
        work.clear();
        spare = work;
        if (advanced) {
            log.stableEndAdvanced();
        }
    }

    /** Decides and writes; true if the stable end offset moved. */
    private boolean write(List<PendingAppend> work) {
        LogContents contents = log.contents();
        long nowMs = directory.clock().wallMs();
        long next = contents.nextOffset;
        int from = 0;
        groupBytes = 0;
        LogRefusal closed = log.whyNoAppends();
        for (int i = 0; i < work.size(); i++) {
            PendingAppend append = work.get(i);
            if (closed != null) {
                append.refusal = closed;
                continue;
            }
            decide(append, work, i, next, nowMs);
            if (!append.accepted()) {
                continue;
            }
            if (needsNewSegment(append, nowMs)) {
                closed = writeGroup(work, from, i, nowMs);
                if (closed == null) {
                    closed = log.tryRoll();
                }
                if (closed != null) {
                    append.refusal = closed;
                    continue;
                }
                from = i;
            }
            if (groupBytes == 0) {
                groupFirstTimestamp = Math.max(append.maxTimestamp(), RecordBatch.NO_TIMESTAMP);
            }
            groupBytes += append.bytes.remaining();
            next = append.lastOffset + 1;
        }
        if (closed == null) {
            closed = writeGroup(work, from, work.size(), nowMs);
        }
        if (closed != null) {
            refuseUnwritten(work, contents.nextOffset, closed);
        }
        return log.sync().turnEnded();
    }

    private void decide(PendingAppend append, List<PendingAppend> work, int index, long next, long nowMs) {
        LogSettings settings = log.settings();
        directory.acceptance().read(append);
        RecordBatch first = append.first;
        if (append.refusal != null || first == null) {
            return;
        }
        if (append.origin == AppendOrigin.REPLICATION) {
            follow(append, first, next);
            return;
        }
        if (first.hasProducerId()) {
            // Before anything that depends on the time or on settings: what was accepted once is not refused when it is
            // sent again, however old its timestamps are by now.
            directory.sequenceCheck().check(append, first, log, work, index, next);
            if (!append.accepted()) {
                return;
            }
        }
        if (append.origin == AppendOrigin.CLIENT) {
            directory.acceptance().admit(append, first, settings.batches(), nowMs);
            first = append.first;
            if (append.refusal != null || first == null) {
                return;
            }
        }
        int size = append.bytes.remaining();
        if (size > settings.segments().bytes()) {
            append.refusal = new LogRefusal(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "The batches have " + size + " bytes, and segment.bytes of the topic is "
                            + settings.segments().bytes());
            return;
        }
        stamp(append, first, next);
    }

    private static void stamp(PendingAppend append, RecordBatch first, long next) {
        first.setBaseOffset(next);
        first.setPartitionLeaderEpoch(append.leaderEpoch);
        append.baseOffset = next;
        append.lastOffset = first.lastOffset();
        for (RecordBatch each : append.others) {
            each.setBaseOffset(append.lastOffset + 1);
            each.setPartitionLeaderEpoch(append.leaderEpoch);
            append.lastOffset = each.lastOffset();
        }
    }

    /** A leader's batches keep their offsets, which must come after those that are there. */
    private static void follow(PendingAppend append, RecordBatch first, long next) {
        append.baseOffset = first.baseOffset();
        append.lastOffset = next - 1;
        checkFollows(append, first);
        for (RecordBatch each : append.others) {
            checkFollows(append, each);
        }
    }

    private static void checkFollows(PendingAppend append, RecordBatch batch) {
        if (batch.baseOffset() <= append.lastOffset && append.refusal == null) {
            append.refusal = new LogRefusal(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "A batch at offset " + batch.baseOffset() + " cannot follow on offset " + append.lastOffset);
        }
        append.hasGaps |= batch.baseOffset() > append.lastOffset + 1;
        append.lastOffset = batch.lastOffset();
    }

    private boolean needsNewSegment(PendingAppend append, long nowMs) {
        Segment active = log.contents().active();
        if (active == null) {
            return true;
        }
        long bytes = (long) active.size + groupBytes;
        if (bytes == 0) {
            return false;
        }
        LogSettings.Segments settings = log.settings().segments();
        long timestamp = append.maxTimestamp() >= 0 ? append.maxTimestamp() : nowMs;
        long first = active.size > 0 ? active.firstTimestamp : groupFirstTimestamp >= 0 ? groupFirstTimestamp : nowMs;
        return bytes + append.bytes.remaining() > settings.bytes()
                || append.lastOffset - active.baseOffset > Integer.MAX_VALUE
                || timestamp - first > log.segmentMs()
                || active.index.entries() >= Math.max(1, settings.indexBytes() / 8);
    }

    /** Writes what was accepted of a range of the turn's appends; says why if it could not. */
    private @Nullable LogRefusal writeGroup(List<PendingAppend> work, int from, int to, long nowMs) {
        int bytes = groupBytes;
        groupBytes = 0;
        Segment segment = log.contents().active();
        if (bytes == 0 || segment == null) {
            return null;
        }
        try {
            DiskFile file = directory.openFiles().use(segment, directory.clock().nanos());
            reserve(segment, file, bytes);
            noteGaps(work, from, to);
            noteEpochs(work, from, to);
            long position = file.append(buffers(work, from, to));
            if (position != segment.size) {
                throw new IOException(
                        segment.path + " was expected to have " + segment.size + " bytes, and had " + position);
            }
            long before = log.contents().nextOffset;
            for (int i = from; i < to; i++) {
                PendingAppend append = work.get(i);
                if (append.accepted()) {
                    apply(segment, append, nowMs);
                }
            }
            log.sync().written(segment, bytes, log.contents().nextOffset - before);
            directory.appended(bytes);
            return null;
        } catch (DiskFullException full) {
            // What the journal was told about batches that are not there is corrected before others take their place.
            log.contents().journalledEpoch = OptionalInt.empty();
            directory.noticeFullDisk();
            return LogDirectory.diskFull(directory.disk().name());
        } catch (IOException fault) {
            log.fail("appending", fault);
            return log.whyNoAppends();
        }
    }

    /** That a log has gaps must be known before its batches are recovered: it is made stable together with them. */
    private void noteGaps(List<PendingAppend> work, int from, int to) throws IOException {
        LogContents contents = log.contents();
        if (contents.hasGaps) {
            return;
        }
        long next = contents.nextOffset;
        for (int i = from; i < to; i++) {
            PendingAppend append = work.get(i);
            if (append.accepted()) {
                if (append.baseOffset != next || append.hasGaps) {
                    log.sync().journal().append(CheckpointCodec.GAPS, next);
                    contents.hasGaps = true;
                    return;
                }
                next = append.lastOffset + 1;
            }
        }
    }

    /**
     * The leader epoch of a batch is not covered by its CRC: that the journal has it is how a torn one is known. It is
     * made stable together with the batches.
     */
    private void noteEpochs(List<PendingAppend> work, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            PendingAppend append = work.get(i);
            RecordBatch first = append.first;
            if (append.accepted() && first != null) {
                noteEpoch(first);
                for (RecordBatch each : append.others) {
                    noteEpoch(each);
                }
            }
        }
    }

    private void noteEpoch(RecordBatch batch) throws IOException {
        LogContents contents = log.contents();
        int epoch = batch.partitionLeaderEpoch();
        if (contents.journalledEpoch.isEmpty() || contents.journalledEpoch.getAsInt() != epoch) {
            log.sync().journal().appendEpoch(batch.baseOffset(), epoch);
            contents.journalledEpoch = OptionalInt.of(epoch);
        }
    }

    private void reserve(Segment segment, DiskFile file, int bytes) throws IOException {
        int reservation = segment.reservation(bytes, log.settings().segments());
        if (reservation > 0 && directory.hasRoomFor(reservation - segment.size)) {
            try {
                file.preallocate(reservation);
                segment.reserved(reservation);
            } catch (DiskFullException full) {
                // It was only a hint: the append itself may still fit.
                segment.reserved(segment.size + bytes);
            }
        }
    }

    private static ByteBuffer[] buffers(List<PendingAppend> work, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += work.get(i).accepted() ? 1 : 0;
        }
        ByteBuffer[] buffers = new ByteBuffer[count];
        for (int i = to - 1; i >= from; i--) {
            PendingAppend append = work.get(i);
            if (append.accepted()) {
                buffers[--count] = append.bytes;
            }
        }
        return buffers;
    }

    private void apply(Segment segment, PendingAppend append, long nowMs) throws IOException {
        RecordBatch first = append.first;
        if (first != null) {
            log.apply(segment, first, append.marker, nowMs);
        }
        for (RecordBatch each : append.others) {
            log.apply(segment, each, LogContents.marker(each), nowMs);
        }
    }

    /** After a failed write: what was accepted and not applied is refused, and so are duplicates of it. */
    private static void refuseUnwritten(List<PendingAppend> work, long endOffset, LogRefusal why) {
        for (int i = 0; i < work.size(); i++) {
            PendingAppend append = work.get(i);
            if (append.refusal == null && append.lastOffset >= endOffset) {
                append.refusal = why;
            }
        }
    }
}

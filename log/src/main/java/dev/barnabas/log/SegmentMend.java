package dev.barnabas.log;

import dev.barnabas.host.Disk;
import dev.barnabas.host.DiskFile;
import dev.barnabas.protocol.record.BatchCheck;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a segment anew that has damaged batches: copies those that are whole, stops at each hole, and goes on when it
 * has been {@linkplain #fill filled} with what another replica has there. Used by one worker at a time.
 */
final class SegmentMend implements Disk.Work<SegmentMend.Progress> {
    /** How much is copied before others have their turn. */
    private static final int STEP_BYTES = 1 << 20;

    private static final int CHUNK_BYTES = 64 << 10;

    private final Damaged damaged;
    private final CompactedFile output;
    private final BatchScan scan;
    private ByteBuffer memory = ByteBuffer.allocate(CHUNK_BYTES);
    private @Nullable Hole hole;
    /** The scan stands on a batch that is whole and comes behind the hole. */
    private boolean standsOnNext;
    /** A batch that counts if what comes behind it does. */
    private @Nullable Held held;
    /** Up to there holes have been filled. */
    private long filledTo = Long.MIN_VALUE;

    private boolean ended;
    private Seen last = Seen.WHOLE;
    private int holes;
    private long filledBatches;
    private long filledBytes;

    /**
     * The segment as it is.
     *
     * @param startOffset of the log: what is before is not needed
     * @param headers what is known of its batches
     * @param gapsElsewhere in the other replica batches need not follow on each other
     */
    record Damaged(
            DiskFile file, long baseOffset, int size, long startOffset, KnownHeaders headers, boolean gapsElsewhere) {
        long endOffset() {
            return headers.endOffset();
        }
    }

    /**
     * What is damaged.
     *
     * @param from the first offset of which nothing is known
     * @param to the offset with which the next whole batch begins, or where the segment ends
     */
    record Hole(long from, long to) {}

    /**
     * A batch that does not begin where the one before ended. The CRC does not cover its offset, and one that has
     * become too high shows only at the batch behind it.
     *
     * @param from the first offset of which nothing is known without it
     */
    private record Held(int position, int endPosition, long from) {}

    /** @param hole to be filled before it goes on; null if it can */
    record Progress(int bytes, boolean isDone, @Nullable Hole hole) {}

    SegmentMend(Damaged damaged, CompactedFile output) {
        this.damaged = damaged;
        this.output = output;
        this.scan = new BatchScan(
                        damaged.file, 0, damaged.size, damaged.baseOffset, true, ByteBuffer.allocate(CHUNK_BYTES))
                .knowing(damaged.headers);
    }

    /** How many holes there were; without any, nothing is damaged. */
    int holes() {
        return holes;
    }

    long filledBatches() {
        return filledBatches;
    }

    long filledBytes() {
        return filledBytes;
    }

    @Override
    public Progress run() throws IOException {
        long before = output.size();
        while (!ended && output.size() - before < STEP_BYTES) {
            long expected = scan.nextOffset();
            if (standsOnNext || look() == Seen.WHOLE) {
                copyHeld();
                take(expected);
            } else if (last == Seen.END) {
                copyHeld();
            } else {
                hole = findHole(held == null ? expected : held.from);
                held = null;
                holes++;
                output.flush();
                return new Progress((int) (output.size() - before), false, hole);
            }
        }
        if (ended) {
            output.finish();
        } else {
            output.flush();
        }
        return new Progress((int) (output.size() - before), ended, null);
    }

    private Hole findHole(long from) throws IOException {
        while (!ended) {
            if (look() == Seen.WHOLE) {
                long to = scan.header().baseOffset();
                if (to >= from) {
                    standsOnNext = true;
                    return new Hole(from, to);
                }
                if (to >= filledTo) {
                    throw new IOException("Of " + damaged.file.path() + " nobody can tell which offset is wrong: " + to
                            + " comes behind " + from);
                }
                // An offset that was too high was taken for the end of the hole before: what is here is filled already.
            }
        }
        return new Hole(from, damaged.endOffset());
    }

    private enum Seen {
        WHOLE,
        DAMAGED,
        END
    }

    private Seen look() {
        last = lookNext();
        return last;
    }

    private Seen lookNext() {
        try {
            if (scan.next()) {
                return Seen.WHOLE;
            }
            if (scan.damage() == null) {
                ended = true;
                return Seen.END;
            }
            ended = !scan.passOver();
        } catch (IOException unreadable) {
            // A sector that cannot be read is damage like any other, of which nobody knows how far it goes.
            ended = true;
        }
        return Seen.DAMAGED;
    }

    /** @param expected where the batch begins if nothing is missing before it */
    private void take(long expected) throws IOException {
        long begin = scan.header().baseOffset();
        if (standsOnNext || begin != expected) {
            held = new Held(scan.position(), scan.endPosition(), standsOnNext ? begin : expected);
            standsOnNext = false;
        } else {
            copy(scan.position(), scan.endPosition());
        }
    }

    private void copyHeld() throws IOException {
        Held open = held;
        if (open != null) {
            copy(open.position, open.endPosition);
            held = null;
        }
    }

    private void copy(int position, int endPosition) throws IOException {
        int bytes = endPosition - position;
        if (bytes > memory.capacity()) {
            memory = ByteBuffer.allocate(Math.max(bytes, 2 * memory.capacity()));
        }
        if (damaged.file.read(memory.clear().limit(bytes), position) < bytes) {
            throw new IOException(damaged.file.path() + " is shorter than it was");
        }
        append(RecordBatch.at(memory.flip(), 0));
    }

    private void append(RecordBatch batch) throws IOException {
        output.append(batch, batch.hasDeleteHorizon() ? batch.baseTimestamp() : Segment.NO_HORIZON);
    }

    /** From where the hole has to be filled on. */
    long fetchFrom() {
        Hole open = requireHole();
        return Math.clamp(damaged.startOffset, open.from, open.to);
    }

    /** Whether nothing in the hole is needed any more: it was deleted. */
    boolean isHoleObsolete() {
        return requireHole().to <= damaged.startOffset;
    }

    private Hole requireHole() {
        Hole open = hole;
        if (open == null) {
            throw new IllegalStateException("there is no hole");
        }
        return open;
    }

    /**
     * Takes what another replica has there.
     *
     * @return whether the hole is filled; if not, more is needed, {@linkplain #fetchFrom from where} it is open
     * @throws IOException also if it is not what belongs there
     */
    boolean fill(ByteBuffer batches) throws IOException {
        int at = batches.position();
        boolean closed = false;
        while (!closed && at < batches.limit()) {
            RecordBatch batch = checked(batches, at);
            at += batch.sizeInBytes();
            closed = fill(batch);
        }
        if (closed) {
            close(requireHole());
        }
        output.flush();
        return closed;
    }

    private static RecordBatch checked(ByteBuffer batches, int at) throws IOException {
        return switch (BatchCheck.stored(batches, at)) {
            case BatchCheck.Accepted accepted -> accepted.batch();
            case BatchCheck.Refused refused -> throw new IOException("it sent a damaged batch: " + refused.message());
        };
    }

    /** Whether there is nothing left to fill. */
    private boolean fill(RecordBatch batch) throws IOException {
        Hole open = requireHole();
        if (batch.lastOffset() < open.from) {
            return false;
        }
        if (batch.baseOffset() >= open.to) {
            requireGaps(open.from, batch.baseOffset());
            return true;
        }
        if (batch.baseOffset() < open.from || batch.lastOffset() >= open.to || !damaged.headers.epochFits(batch)) {
            throw new IOException("its batch with the offsets " + batch.baseOffset() + " to " + batch.lastOffset()
                    + " does not fit between " + open.from + " and " + open.to);
        }
        requireGaps(open.from, batch.baseOffset());
        append(batch);
        filledBatches++;
        filledBytes += batch.sizeInBytes();
        hole = new Hole(batch.lastOffset() + 1, open.to);
        return batch.lastOffset() + 1 == open.to;
    }

    private void requireGaps(long from, long to) throws IOException {
        if (from < to && to > damaged.startOffset && !damaged.headers.gaps() && !damaged.gapsElsewhere) {
            throw new IOException("it has nothing at the offset " + from);
        }
    }

    /** Nobody needs what was there. */
    void leaveHole() throws IOException {
        close(requireHole());
        output.flush();
    }

    /** A segment is never empty, and ends where it ended: so much can always be told from the file. */
    private void close(Hole open) throws IOException {
        hole = null;
        filledTo = open.to;
        if (ended && open.from < damaged.endOffset()) {
            RecordBatchBuilder nothing = new RecordBatchBuilder(Integer.MAX_VALUE - 64)
                    .baseOffset(open.from)
                    .partitionLeaderEpoch(damaged.headers.epochs().at(open.from).orElse(-1))
                    .lastOffset(damaged.endOffset() - 1);
            append(RecordBatch.at(nothing.build(), 0));
        }
    }
}

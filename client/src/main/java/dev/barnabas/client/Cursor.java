package dev.barnabas.client;

import dev.barnabas.protocol.record.RecordBatch;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a consumer is in one partition, and what has been fetched ahead of it. Owned by the consumer's loop. */
final class Cursor {

    /** What is kept ahead: one piece to poll from, and one that is fetched meanwhile. */
    private static final int MAX_AHEAD = 2;

    final TopicPartition id;
    private Place place = new Place.Unknown();
    private final Deque<Ahead> ahead = new ArrayDeque<>();
    private long nextFetchOffset;
    private int lastFetchedEpoch = Offsets.UNKNOWN;
    private long bufferedBytes;
    private int polledEpoch = Offsets.UNKNOWN;

    /** Changes with every jump, so that what was fetched for another place is recognised. */
    private int jumps;

    boolean paused;
    long highWatermark = Offsets.UNKNOWN;

    /** After a failure, when to fetch again. */
    long retryAtNanos = Long.MIN_VALUE;

    int failures;

    /** What the group's coordinator has been told last, so that it is not told again; -1 if nothing. */
    long committedOffset = Offsets.UNKNOWN;

    /** A replica that the leader prefers us to read from, or -1; and until when (KIP-392). */
    int readReplica = Offsets.UNKNOWN;

    long readReplicaUntilNanos;

    /** Where it is. */
    sealed interface Place {

        /** The group's committed offset has to be looked up. */
        record Unknown() implements Place {}

        /** An offset has to be looked up. */
        record Sought(OffsetReset how) implements Place {}

        /** There: the next record to be polled. */
        record At(long offset) implements Place {}

        /** Nowhere, and the caller has to know; then it is worth trying again at the offset, unless that is -1. */
        record Failed(ClientError error, long offset) implements Place {}
    }

    /** A piece that was fetched. */
    record Ahead(List<RecordBatch> batches, long fromOffset, long nextOffset, int bytes) {

        int count() {
            int count = 0;
            for (RecordBatch batch : batches) {
                count += batch.recordCount();
            }
            return count;
        }
    }

    Cursor(TopicPartition id) {
        this.id = id;
    }

    Place place() {
        return place;
    }

    int jumps() {
        return jumps;
    }

    /** Goes somewhere else; what was fetched ahead is dropped. */
    void jump(Place newPlace) {
        jumps++;
        place = newPlace;
        ahead.clear();
        bufferedBytes = 0;
        lastFetchedEpoch = Offsets.UNKNOWN;
        polledEpoch = Offsets.UNKNOWN;
        if (newPlace instanceof Place.At(long offset)) {
            nextFetchOffset = offset;
        }
    }

    /** @param leaderEpoch of the record before the offset, if it is known, so that a truncation is noticed */
    void jump(long offset, int leaderEpoch) {
        jump(new Place.At(offset));
        lastFetchedEpoch = leaderEpoch;
        polledEpoch = leaderEpoch;
    }

    /** The offset of the next record to be polled, or -1 if it is not known. */
    long position() {
        return place instanceof Place.At(long offset) ? offset : Offsets.UNKNOWN;
    }

    /** The epoch of the leader that wrote the record before the position, or -1. */
    int polledEpoch() {
        return polledEpoch;
    }

    boolean wantsMore() {
        return place instanceof Place.At && !paused && ahead.size() < MAX_AHEAD;
    }

    boolean hasAhead() {
        return !paused && !ahead.isEmpty();
    }

    /** Whether something that was fetched is still to be polled. */
    boolean isBehindFetched() {
        return !ahead.isEmpty();
    }

    long nextFetchOffset() {
        return nextFetchOffset;
    }

    int lastFetchedEpoch() {
        return lastFetchedEpoch;
    }

    long bufferedBytes() {
        return bufferedBytes;
    }

    /** Puts a piece behind what is there. */
    void fetched(Ahead piece, int leaderEpoch) {
        nextFetchOffset = piece.nextOffset();
        lastFetchedEpoch = leaderEpoch;
        if (piece.batches().isEmpty() && ahead.isEmpty()) {
            // Nothing to see, but we have come further.
            place = new Place.At(piece.nextOffset());
            return;
        }
        ahead.addLast(piece);
        bufferedBytes += piece.bytes();
    }

    /**
     * Takes out the next piece, with whole batches of about so many records, and goes on behind it. Null if there is
     * nothing to see.
     */
    @Nullable
    FetchedRecords poll(int maxRecords) {
        while (!ahead.isEmpty()) {
            Ahead piece = ahead.removeFirst();
            int records = 0;
            int batches = 0;
            while (batches < piece.batches().size() && records < maxRecords) {
                records += piece.batches().get(batches++).recordCount();
            }
            List<RecordBatch> taken = piece.batches().subList(0, batches);
            long nextOffset = piece.nextOffset();
            if (batches < piece.batches().size()) {
                nextOffset = taken.getLast().endOffset();
                List<RecordBatch> rest =
                        piece.batches().subList(batches, piece.batches().size());
                ahead.addFirst(new Ahead(rest, nextOffset, piece.nextOffset(), piece.bytes()));
            } else {
                bufferedBytes -= piece.bytes();
            }
            place = new Place.At(nextOffset);
            if (!taken.isEmpty()) {
                polledEpoch = taken.getLast().partitionLeaderEpoch();
                return new FetchedRecords(id, taken, piece.fromOffset(), nextOffset, highWatermark);
            }
        }
        return null;
    }
}

package dev.barnabas.coordinator;

import dev.barnabas.host.Loop;
import dev.barnabas.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the records that a turn of the loop decides on into as few batches as possible, and applies what is written,
 * in the order of the log. Owned by the shard's loop.
 */
final class Appends<R> {
    /** The header of a record batch. */
    private static final int BATCH_OVERHEAD = 61;

    private final ShardLog log;
    private final Loop loop;
    private final LongConsumer applyingFrom;
    private final Consumer<R> apply;
    private Batch<R> collecting = new Batch<>();
    private long writtenOffset;
    private boolean closed;

    /**
     * @param applyingFrom called with the offset of the records that are applied next
     * @param apply called for each record that is in the log
     */
    Appends(ShardLog log, LongConsumer applyingFrom, Consumer<R> apply) {
        this.log = log;
        this.loop = log.loop();
        this.applyingFrom = applyingFrom;
        this.apply = apply;
    }

    /** Where the log ends after the replay. */
    void startAt(long endOffset) {
        writtenOffset = endOffset;
    }

    /** Something else was written, in the order of the log. */
    void othersWritten(long endOffset) {
        writtenOffset = endOffset;
    }

    /** The offset behind the last record that was applied. */
    long writtenOffset() {
        return writtenOffset;
    }

    /** Nothing is applied or answered any more. */
    void close() {
        closed = true;
    }

    /**
     * Writes records, in one batch unless they are divisible. Records of different transactions do not share a batch.
     *
     * @param encoded the same records as the log stores them
     * @param then gets nothing when all of them were applied, or why not all of them were written
     */
    void add(List<R> records, List<ShardRecord> encoded, boolean divisible, Consumer<Optional<ErrorCode>> then) {
        int room = log.maxBatchBytes() - BATCH_OVERHEAD;
        int total = encoded.stream().mapToInt(ShardRecord::mostBytes).sum();
        int largest = encoded.stream().mapToInt(ShardRecord::mostBytes).max().orElse(0);
        if ((divisible ? largest : total) > room) {
            then.accept(Optional.of(ErrorCode.MESSAGE_TOO_LARGE));
            return;
        }
        if (!divisible && collecting.bytes + total > room) {
            flush();
        }
        requireOneTransaction(encoded, divisible);
        Write write = new Write(then);
        for (int i = 0; i < encoded.size(); i++) {
            if (collecting.bytes + encoded.get(i).mostBytes() > room || !collecting.isOf(encoded.get(i))) {
                flush();
            }
            collecting.add(write, records.get(i), encoded.get(i));
        }
        write.allAdded();
        if (!collecting.flushing) {
            collecting.flushing = true;
            loop.atEndOfTurn(this::flush);
        }
    }

    private static void requireOneTransaction(List<ShardRecord> encoded, boolean divisible) {
        for (ShardRecord record : encoded) {
            if (!divisible
                    && !Objects.equals(record.producer(), encoded.getFirst().producer())) {
                throw new IllegalStateException("records of different transactions cannot be written as one");
            }
        }
    }

    private void flush() {
        Batch<R> batch = collecting;
        if (closed || batch.encoded.isEmpty()) {
            collecting.flushing = false;
            return;
        }
        collecting = new Batch<>();
        log.append(batch.encoded, new ShardLog.Appending() {
            @Override
            public void written(long endOffset) {
                if (closed) {
                    return;
                }
                writtenOffset = endOffset;
                applyingFrom.accept(endOffset - batch.records.size());
                batch.records.forEach(apply);
                batch.writes.forEach(Write::partDone);
            }

            @Override
            public void refused(ErrorCode why) {
                if (closed) {
                    return;
                }
                batch.writes.forEach(write -> write.partRefused(why));
            }
        });
    }

    /** What goes into one append. */
    private static final class Batch<R> {
        private final List<R> records = new ArrayList<>();
        private final List<ShardRecord> encoded = new ArrayList<>();
        private final List<Write> writes = new ArrayList<>();
        private int bytes;
        private boolean flushing;

        private boolean isOf(ShardRecord record) {
            return encoded.isEmpty() || Objects.equals(encoded.getFirst().producer(), record.producer());
        }

        private void add(Write write, R record, ShardRecord bytesOfRecord) {
            if (writes.isEmpty() || writes.getLast() != write) {
                writes.add(write);
                write.parts++;
            }
            records.add(record);
            encoded.add(bytesOfRecord);
            bytes += bytesOfRecord.mostBytes();
        }
    }

    /** The records of one decision; more than one part only if they are divisible. */
    private static final class Write {
        private final Consumer<Optional<ErrorCode>> then;
        /** Parts that are not answered yet, and one until all have been added. */
        private int parts = 1;

        private @Nullable ErrorCode refusal;

        private Write(Consumer<Optional<ErrorCode>> then) {
            this.then = then;
        }

        private void allAdded() {
            partDone();
        }

        private void partRefused(ErrorCode why) {
            refusal = why;
            partDone();
        }

        private void partDone() {
            parts--;
            if (parts == 0) {
                then.accept(Optional.ofNullable(refusal));
            }
        }
    }
}

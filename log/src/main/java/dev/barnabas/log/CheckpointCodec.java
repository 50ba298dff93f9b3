package dev.barnabas.log;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The format of the entries of {@code .checkpoint} files, see the package documentation. */
final class CheckpointCodec {
    static final byte STATE = 1;
    static final byte START = 2;
    static final byte TRUNCATED = 3;
    static final byte RESTARTED = 4;
    static final byte GAPS = 5;
    static final byte EPOCH = 6;
    static final byte REPLACED = 7;

    /** Flags of a state: batches need not follow on each other... */
    static final int GAPS_ANYWHERE = 1;
    /** ... and it says what was compacted; states of the first builds do not. */
    static final int COMPACTION = 2;
    /** Each batch has the leader epoch that the state has for its offset. */
    static final int EVERY_EPOCH = 4;

    static final int PREFIX_BYTES = 8;

    /** From this version on the journal has an {@link #EPOCH} entry for every leader epoch. */
    static final byte VERSION = 2;

    private static final byte OLDEST_VERSION = 1;
    private static final int SEGMENT_BYTES = 40;
    private static final int EPOCH_BYTES = 12;
    private static final int PRODUCER_BYTES = 39;
    private static final int PRODUCER_BATCH_BYTES = 24;
    private static final int ENDED_BYTES = 16;
    private static final int ABORTED_BYTES = 24;

    private CheckpointCodec() {}

    /** An entry that says nothing but an offset. */
    static ByteBuffer offset(byte kind, long offset) {
        return sealed(begin(kind, 8).putLong(offset));
    }

    /** An entry that says that compacted segments take the place of others. */
    static ByteBuffer replaced(Replacement replacement) {
        ByteBuffer body = replacement.encoded();
        return sealed(begin(REPLACED, body.remaining()).put(body));
    }

    /** Reads a {@link #REPLACED} entry. */
    static Replacement replacement(ByteBuffer entry) {
        return Replacement.decode(entry.duplicate().position(2));
    }

    /** An {@link #EPOCH} entry. */
    static ByteBuffer epoch(long offset, int leaderEpoch) {
        return sealed(begin(EPOCH, 12).putLong(offset).putInt(leaderEpoch));
    }

    /** An entry with everything that is known of a log. */
    static ByteBuffer state(LogContents log) {
        int producerBytes = 0;
        for (Producer producer : log.producers.all()) {
            producerBytes += PRODUCER_BYTES + producer.count() * PRODUCER_BATCH_BYTES;
        }
        ByteBuffer out = begin(
                STATE,
                25
                        + (4 + log.segments.size() * SEGMENT_BYTES)
                        + (4 + log.epochs.count() * EPOCH_BYTES)
                        + (4 + producerBytes)
                        + (4 + log.transactions.allEnded().size() * ENDED_BYTES)
                        + (4 + log.transactions.allAborted().size() * ABORTED_BYTES)
                        + (16 + log.segments.size() * Long.BYTES));
        out.putLong(log.startOffset).putLong(log.highWatermark).putLong(log.nextOffset);
        out.put((byte) ((log.hasGaps ? GAPS_ANYWHERE : 0) | COMPACTION | (log.everyEpoch ? EVERY_EPOCH : 0)));
        out.putLong(log.gapsBefore).putLong(log.compactedEnd);
        out.putInt(log.segments.size());
        for (Segment segment : log.segments) {
            out.putLong(segment.baseOffset).putInt(segment.size).putInt(segment.index.blocks);
            out.putLong(segment.maxTimestamp).putLong(segment.firstTimestamp).putLong(segment.lastAppendMs);
        }
        out.putInt(log.epochs.count());
        for (int i = 0; i < log.epochs.count(); i++) {
            out.putInt(log.epochs.epoch(i)).putLong(log.epochs.start(i));
        }
        out.putInt(log.producers.all().size());
        for (Producer producer : log.producers.all()) {
            write(out, producer);
        }
        out.putInt(log.transactions.allEnded().size());
        for (Transactions.Ended ended : log.transactions.allEnded()) {
            out.putLong(ended.firstOffset()).putLong(ended.markerOffset());
        }
        out.putInt(log.transactions.allAborted().size());
        for (AbortedTransaction aborted : log.transactions.allAborted()) {
            out.putLong(aborted.producerId()).putLong(aborted.firstOffset()).putLong(aborted.lastOffset());
        }
        for (Segment segment : log.segments) {
            out.putLong(segment.horizonMs);
        }
        return sealed(out);
    }

    private static void write(ByteBuffer out, Producer producer) {
        out.putLong(producer.id).putShort(producer.epoch).putInt(producer.coordinatorEpoch);
        out.putLong(producer.transactionStart).putLong(producer.lastTimestamp).putLong(producer.lastSeenMs);
        out.put((byte) producer.count());
        for (int i = 0; i < producer.count(); i++) {
            out.putInt(producer.baseSequence(i)).putInt(producer.lastSequence(i));
            out.putLong(producer.lastOffset(i)).putLong(producer.timestamp(i));
        }
    }

    private static ByteBuffer begin(byte kind, int bytes) {
        return ByteBuffer.allocate(PREFIX_BYTES + 2 + bytes)
                .position(PREFIX_BYTES)
                .put(kind)
                .put(VERSION);
    }

    private static ByteBuffer sealed(ByteBuffer entry) {
        entry.flip();
        return entry.putInt(0, entry.limit() - PREFIX_BYTES).putInt(4, crc(entry, PREFIX_BYTES, entry.limit()));
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(from, to - from));
        return (int) crc.getValue();
    }

    /**
     * What follows the prefix of the entry at the buffer's position, which is moved behind it; null if it is not whole.
     */
    static @Nullable ByteBuffer next(ByteBuffer file) {
        if (file.remaining() < PREFIX_BYTES + 2) {
            return null;
        }
        int from = file.position() + PREFIX_BYTES;
        int length = file.getInt(file.position());
        if (length < 2
                || length > file.limit() - from
                || crc(file, from, from + length) != file.getInt(file.position() + 4)
                || file.get(from + 1) < OLDEST_VERSION
                || file.get(from + 1) > VERSION) {
            return null;
        }
        file.position(from + length);
        return file.slice(from, length);
    }

    /** Reads a {@link #STATE} entry; null if it contradicts itself, which only a defect could have written. */
    static @Nullable LogContents state(String folder, ByteBuffer entry) {
        try {
            return read(folder, entry.duplicate().position(2));
        } catch (BufferUnderflowException tooShort) {
            return null;
        }
    }

    /** The leader epochs of a {@link #STATE} entry, with the offsets at which they begin. */
    static NavigableMap<Long, Integer> epochs(ByteBuffer entry) {
        NavigableMap<Long, Integer> epochs = new TreeMap<>();
        LogContents log = state("", entry);
        if (log != null) {
            for (int i = 0; i < log.epochs.count(); i++) {
                epochs.put(log.epochs.start(i), log.epochs.epoch(i));
            }
        }
        return epochs;
    }

    private static LogContents read(String folder, ByteBuffer in) {
        long startOffset = in.getLong();
        LogContents log = new LogContents(folder, startOffset);
        log.highWatermark = in.getLong();
        log.nextOffset = in.getLong();
        byte flags = in.get();
        log.hasGaps = (flags & GAPS_ANYWHERE) != 0;
        log.everyEpoch = (flags & EVERY_EPOCH) != 0;
        boolean knowsCompaction = (flags & COMPACTION) != 0;
        log.gapsBefore = knowsCompaction ? in.getLong() : 0;
        log.compactedEnd = knowsCompaction ? in.getLong() : startOffset;
        for (int left = in.getInt(); left > 0; left--) {
            Segment segment = new Segment(folder, in.getLong());
            segment.size = in.getInt();
            segment.index.blocks = in.getInt();
            segment.maxTimestamp = in.getLong();
            segment.firstTimestamp = in.getLong();
            segment.lastAppendMs = in.getLong();
            log.segments.add(segment);
        }
        for (int left = in.getInt(); left > 0; left--) {
            log.epochs.begin(in.getInt(), in.getLong());
        }
        for (int left = in.getInt(); left > 0; left--) {
            Producer producer = producer(in);
            log.producers.add(producer);
            if (producer.transactionStart >= 0) {
                log.transactions.begin(producer.transactionStart);
            }
        }
        for (int left = in.getInt(); left > 0; left--) {
            log.transactions.allEnded().add(new Transactions.Ended(in.getLong(), in.getLong()));
        }
        for (int left = in.getInt(); left > 0; left--) {
            log.transactions.allAborted().add(new AbortedTransaction(in.getLong(), in.getLong(), in.getLong()));
        }
        if (knowsCompaction) {
            for (Segment segment : log.segments) {
                segment.horizonMs = in.getLong();
            }
        }
        return log;
    }

    private static Producer producer(ByteBuffer in) {
        Producer producer = new Producer(in.getLong(), in.getShort());
        producer.coordinatorEpoch = in.getInt();
        producer.transactionStart = in.getLong();
        producer.lastTimestamp = in.getLong();
        producer.lastSeenMs = in.getLong();
        for (int left = in.get(); left > 0; left--) {
            producer.remember(in.getInt(), in.getInt(), in.getLong(), in.getLong());
        }
        return producer;
    }
}

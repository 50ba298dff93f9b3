package dev.barnabas.log;

import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** The settings of one log: a topic's, or what it inherits. They can be changed while the log is open. */
public record LogSettings(Segments segments, Retention retention, Flush flush, Batches batches, Compaction compaction) {

    /** The default of {@code max.decompressed.message.bytes}, which is no limit. */
    public static final int MAX_DECOMPRESSED_BYTES = 2_147_483_639;

    /** What Kafka's defaults say, acknowledging after sync. */
    public static final LogSettings DEFAULT =
            new LogSettings(Segments.DEFAULT, Retention.DEFAULT, Flush.DEFAULT, Batches.DEFAULT, Compaction.DEFAULT);

    public LogSettings with(Segments other) {
        return new LogSettings(other, retention, flush, batches, compaction);
    }

    public LogSettings with(Retention other) {
        return new LogSettings(segments, other, flush, batches, compaction);
    }

    public LogSettings with(Flush other) {
        return new LogSettings(segments, retention, other, batches, compaction);
    }

    public LogSettings with(Batches other) {
        return new LogSettings(segments, retention, flush, other, compaction);
    }

    public LogSettings with(Compaction other) {
        return new LogSettings(segments, retention, flush, batches, other);
    }

    /**
     * When the log goes on in a new file.
     *
     * @param bytes {@code segment.bytes}: no segment becomes larger, and no append may be
     * @param ms {@code segment.ms}: how much younger than a segment's first batch the next batch may be
     * @param jitterMs {@code segment.jitter.ms}: up to so much is taken off {@code ms}, differently for each log
     * @param indexBytes {@code segment.index.bytes}: a segment ends when its index would need more, at 8 bytes per
     *     entry as in Kafka
     * @param indexIntervalBytes {@code index.interval.bytes}: how many bytes of batches there are at least between two
     *     index entries
     * @param preallocate {@code preallocate}: reserve a whole segment when it begins. Without it space is reserved in
     *     steps, for logs that grow quickly
     */
    public record Segments(
            int bytes, long ms, long jitterMs, int indexBytes, int indexIntervalBytes, boolean preallocate) {
        public static final Segments DEFAULT = new Segments(1 << 30, 604_800_000, 0, 10_485_760, 4_096, false);

        public Segments withBytes(int other) {
            return new Segments(other, ms, jitterMs, indexBytes, indexIntervalBytes, preallocate);
        }
    }

    /**
     * What is deleted when.
     *
     * @param delete {@code cleanup.policy} contains {@code delete}: {@code ms} and {@code bytes} hold
     * @param ms {@code retention.ms}, -1 for ever
     * @param bytes {@code retention.bytes}, -1 for any size
     * @param fileDeleteDelayMs {@code file.delete.delay.ms}: how long a file that is no longer part of the log stays on
     *     the disk
     */
    public record Retention(boolean delete, long ms, long bytes, long fileDeleteDelayMs) {
        public static final Retention DEFAULT = new Retention(true, 604_800_000, -1, 60_000);
    }

    /**
     * Whether only the last record of each key is kept, and when the others go.
     *
     * @param compact {@code cleanup.policy} contains {@code compact}
     * @param minDirtyRatio {@code min.cleanable.dirty.ratio}: what part of the log must not have been compacted yet
     * @param minLagMs {@code min.compaction.lag.ms}: how old a segment's newest record must be
     * @param maxLagMs {@code max.compaction.lag.ms}: when the log is compacted whatever its ratio, and goes on in a new
     *     segment, because the active one is not compacted
     * @param deleteRetentionMs {@code delete.retention.ms}: how long a tombstone stays after everything before it is
     *     gone
     */
    public record Compaction(
            boolean compact, double minDirtyRatio, long minLagMs, long maxLagMs, long deleteRetentionMs) {
        public static final Compaction DEFAULT = new Compaction(false, 0.5, 0, Long.MAX_VALUE, 86_400_000);
    }

    /**
     * When appended records are made durable.
     *
     * @param messages {@code flush.messages}: sync when so many records are not synced
     * @param ms {@code flush.ms}: sync records when they are so old
     */
    public record Flush(Durability durability, long messages, long ms) {
        public static final Flush DEFAULT = new Flush(Durability.AFTER_SYNC, Long.MAX_VALUE, Long.MAX_VALUE);
        public static final Flush AFTER_WRITE = new Flush(Durability.AFTER_WRITE, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * Which batches are accepted, and how they are stored.
     *
     * @param maxBytes {@code max.message.bytes}
     * @param compression {@code compression.type}, null for {@code producer}: as they come
     * @param timestampType {@code message.timestamp.type}
     * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
     * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}
     * @param keysRequired {@code cleanup.policy} contains {@code compact}
     * @param check how closely a producer's batches are looked at
     * @param maxDecompressedBytes {@code max.decompressed.message.bytes}: how large a record may be in a compressed
     *     batch
     */
    public record Batches(
            int maxBytes,
            @Nullable CompressionSpec compression,
            TimestampType timestampType,
            long timestampBeforeMaxMs,
            long timestampAfterMaxMs,
            boolean keysRequired,
            Check check,
            int maxDecompressedBytes) {
        public static final Batches DEFAULT = new Batches(
                1_048_588,
                null,
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                3_600_000,
                false,
                Check.PLAIN_RECORDS,
                MAX_DECOMPRESSED_BYTES);

        /** With records of any size in compressed batches. */
        public Batches(
                int maxBytes,
                @Nullable CompressionSpec compression,
                TimestampType timestampType,
                long timestampBeforeMaxMs,
                long timestampAfterMaxMs,
                boolean keysRequired,
                Check check) {
            this(
                    maxBytes,
                    compression,
                    timestampType,
                    timestampBeforeMaxMs,
                    timestampAfterMaxMs,
                    keysRequired,
                    check,
                    MAX_DECOMPRESSED_BYTES);
        }
    }

    /** How closely a producer's batches are looked at, when no other setting demands to see every record. */
    public enum Check {
        /** Header and CRC. */
        HEADERS,
        /** Every record of batches that are not compressed, which costs next to nothing; else header and CRC. */
        PLAIN_RECORDS,
        /** Every record, which decompresses every batch, as Apache Kafka does. */
        ALL_RECORDS
    }
}

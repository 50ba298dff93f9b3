package dev.barnabas.log;

import dev.barnabas.protocol.record.Compression;
import dev.barnabas.protocol.record.CompressionSpec;
import dev.barnabas.protocol.record.Compressor;
import dev.barnabas.protocol.record.CorruptRecordException;
import dev.barnabas.protocol.record.Decompressor;
import dev.barnabas.protocol.record.EndTxnMarker;
import dev.barnabas.protocol.record.Record;
import dev.barnabas.protocol.record.RecordBatch;
import dev.barnabas.protocol.record.RecordBatchBuilder;
import dev.barnabas.protocol.record.RecordReader;
import dev.barnabas.protocol.record.TimestampType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides what stays of a batch. It keeps its offsets, its producer and its sequence numbers, whatever is removed from
 * it; a batch of which nothing is removed stays as it is, byte by byte. Used by one thread at a time, which shows it
 * the batches of a log in their order.
 *
 * <p>A record stays if it is the last of its key. The last one may be a tombstone, or the marker of a transaction of
 * which nothing is left: it gets a delete horizon (KIP-534) the first time it is seen, and goes when that has passed
 * and the log was compacted since.
 */
final class BatchCompaction implements AutoCloseable {
    private static final int NO_LIMIT = Integer.MAX_VALUE - 64;

    private final CompactionRules rules;
    private final KeyOffsets lastOffsets;
    /** Where what is known of the keys ends: nothing from here on is removed. */
    private final long knownEnd;

    private final @Nullable CompressionSpec compression;
    private final Decompressor decompressor = new Decompressor();
    private final Map<Compression, Compressor> compressors = new EnumMap<>(Compression.class);
    private CompactedTransactions transactions;
    private final List<Long> removedMarkers = new ArrayList<>(0);

    private final BitSet kept = new BitSet();
    private boolean keptTombstone;

    /** @param compression what the topic is compressed with, for batches of that codec; null if the producers decide */
    BatchCompaction(
            CompactionRules rules, KeyOffsets lastOffsets, long knownEnd, @Nullable CompressionSpec compression) {
        this.rules = rules;
        this.lastOffsets = lastOffsets;
        this.knownEnd = knownEnd;
        this.compression = compression;
        this.transactions = new CompactedTransactions(rules.aborted());
    }

    /** What becomes of a batch. */
    sealed interface Verdict {
        /** It stays as it is. */
        record Same() implements Verdict {}

        /** Nothing of it stays. */
        record Gone() implements Verdict {}

        /** It is replaced by this one. */
        record Other(RecordBatch batch) implements Verdict {}
    }

    private static final Verdict SAME = new Verdict.Same();
    private static final Verdict GONE = new Verdict.Gone();

    /** The offsets of the markers of aborted transactions that were removed since this was asked before. */
    List<Long> takeRemovedMarkers() {
        List<Long> taken = List.copyOf(removedMarkers);
        removedMarkers.clear();
        return taken;
    }

    CompactedTransactions transactions() {
        return transactions;
    }

    /** Forgets what was seen since then. */
    void backTo(CompactedTransactions before) {
        transactions = before.copy();
        removedMarkers.clear();
    }

    /**
     * @param mustStay a batch with these offsets must be left, if need be without records
     * @throws CorruptRecordException if the records are not what they should be
     * @throws DamagedBatchException likewise
     */
    Verdict decide(RecordBatch batch, boolean mustStay) throws DamagedBatchException {
        if (batch.baseOffset() >= knownEnd) {
            return SAME;
        }
        if (batch.isControl()) {
            return control(batch, mustStay);
        }
        boolean stays = mustStay || isLastOfProducer(batch);
        if (transactions.isAborted(batch) && !rules.horizonsOnly()) {
            kept.clear();
            keptTombstone = false;
        } else {
            judge(batch);
        }
        Verdict verdict = verdict(batch, stays);
        if (!verdict.equals(GONE)) {
            transactions.kept(batch);
        }
        return verdict;
    }

    private Verdict verdict(RecordBatch batch, boolean stays) {
        int left = kept.cardinality();
        if (left == 0) {
            return !stays ? GONE : batch.recordCount() == 0 ? SAME : new Verdict.Other(empty(batch));
        }
        OptionalLong horizon = keptTombstone ? horizon(batch) : OptionalLong.empty();
        boolean sameHorizon = !keptTombstone || horizon.equals(batch.deleteHorizonMs());
        if (left == batch.recordCount() && sameHorizon) {
            return SAME;
        }
        return new Verdict.Other(rebuilt(batch, horizon));
    }

    /** Finds out which records stay. */
    private void judge(RecordBatch batch) throws DamagedBatchException {
        kept.clear();
        keptTombstone = false;
        boolean tombstonesGo = isOver(batch) && batch.baseOffset() < rules.cleanEnd();
        int lastDelta = -1;
        RecordReader reader = batch.reader(decompressor);
        for (int i = 0; reader.next(); i++) {
            if (reader.offsetDelta() <= lastDelta || reader.offsetDelta() > batch.lastOffsetDelta()) {
                throw new DamagedBatchException("The offsets of its records do not grow");
            }
            lastDelta = reader.offsetDelta();
            boolean isTombstone = !reader.hasValue();
            boolean goes = isTombstone && tombstonesGo && reader.offset() < rules.cleanEnd();
            boolean stays = !goes && (rules.horizonsOnly() || isLast(reader));
            if (stays) {
                kept.set(i);
                keptTombstone |= isTombstone;
            }
        }
    }

    private boolean isLast(RecordReader reader) {
        if (reader.offset() >= knownEnd) {
            return true;
        }
        ByteBuffer key = reader.key();
        // Without a key it is from before the topic was compacted, and nothing could ever replace it.
        return key != null && reader.offset() >= lastOffsets.get(key);
    }

    /** The horizon of a batch that stays, if it is still to come; one that has passed and stays says nothing. */
    long horizonAhead(RecordBatch batch) {
        return batch.hasDeleteHorizon() && !isOver(batch) ? batch.baseTimestamp() : Segment.NO_HORIZON;
    }

    private boolean isOver(RecordBatch batch) {
        return batch.hasDeleteHorizon() && batch.baseTimestamp() <= rules.nowMs();
    }

    /** The horizon of a batch in which something waits for one: its own, unless that says nothing about this log. */
    private OptionalLong horizon(RecordBatch batch) {
        if (rules.horizonsOnly() || batch.lastOffset() >= knownEnd) {
            return batch.deleteHorizonMs();
        }
        boolean counts = batch.hasDeleteHorizon() && (batch.lastOffset() < rules.cleanEnd() || !isOver(batch));
        return counts ? batch.deleteHorizonMs() : OptionalLong.of(rules.newHorizonMs());
    }

    private Verdict control(RecordBatch batch, boolean mustStay) {
        if (batch.recordCount() == 0) {
            return mustStay ? SAME : GONE;
        }
        EndTxnMarker marker = LogContents.marker(batch);
        if (marker == null) {
            return SAME;
        }
        boolean hasData = transactions.ended(batch.producerId());
        if (hasData) {
            return batch.hasDeleteHorizon() ? withHorizon(batch, OptionalLong.empty()) : SAME;
        }
        Short lastEpoch = rules.onlyMarkers().get(batch.producerId());
        boolean isLast = lastEpoch != null && lastEpoch == batch.producerEpoch();
        if (!isLast && isOver(batch) && batch.lastOffset() < rules.cleanEnd()) {
            if (!marker.committed()) {
                removedMarkers.add(batch.lastOffset());
            }
            return mustStay ? new Verdict.Other(empty(batch)) : GONE;
        }
        OptionalLong horizon = horizon(batch);
        return horizon.equals(batch.deleteHorizonMs()) ? SAME : withHorizon(batch, horizon);
    }

    private Verdict withHorizon(RecordBatch batch, OptionalLong horizon) {
        kept.clear();
        kept.set(0, batch.recordCount());
        return new Verdict.Other(rebuilt(batch, horizon));
    }

    private boolean isLastOfProducer(RecordBatch batch) {
        return batch.hasProducerId() && rules.lastOffsets().contains(batch.lastOffset());
    }

    private RecordBatch empty(RecordBatch batch) {
        RecordBatchBuilder builder = builder(batch, null).lastOffset(batch.lastOffset());
        return RecordBatch.at(builder.build(), 0);
    }

    private RecordBatch rebuilt(RecordBatch batch, OptionalLong horizon) {
        RecordBatchBuilder builder = builder(batch, compressor(batch.compression()));
        horizon.ifPresent(builder::deleteHorizon);
        if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
            builder.logAppendTime(batch.maxTimestamp());
        }
        int i = 0;
        for (Record record : batch.records(decompressor)) {
            if (kept.get(i++)) {
                builder.append(record);
            }
        }
        return RecordBatch.at(builder.lastOffset(batch.lastOffset()).build(), 0);
    }

    private static RecordBatchBuilder builder(RecordBatch batch, @Nullable Compressor compressor) {
        return new RecordBatchBuilder(NO_LIMIT, compressor)
                .baseOffset(batch.baseOffset())
                .partitionLeaderEpoch(batch.partitionLeaderEpoch())
                .producer(batch.producerId(), batch.producerEpoch(), batch.baseSequence())
                .transactional(batch.isTransactional())
                .control(batch.isControl());
    }

    private @Nullable Compressor compressor(Compression codec) {
        if (codec == Compression.NONE) {
            return null;
        }
        return compressors.computeIfAbsent(codec, each -> {
            boolean isTopics = compression != null && compression.compression() == each;
            return new Compressor(isTopics && compression != null ? compression : CompressionSpec.of(each));
        });
    }

    @Override
    public void close() {
        decompressor.close();
        compressors.values().forEach(Compressor::close);
    }
}
